"""All addresses."""

from django.urls import include, path

from duban.config.api import api

handler400 = "duban.shell.http.bad_request"
handler403 = "duban.shell.http.forbidden"
handler404 = "duban.shell.http.not_found"
handler500 = "duban.shell.http.server_error"

urlpatterns = [
    path("", include("duban.portal.urls")),
    path("", include("duban.accounts.urls")),
    path("papers/", include("duban.reporting.urls")),
    path("directives/", include("duban.directives.urls")),
    path("office/", include("duban.office.urls")),
    path("tasks/", include("duban.tasks.urls")),
    path("burden/", include("duban.burden.urls")),
    path("notices/", include("duban.notices.urls")),
    path("units/", include("duban.organisation.urls")),
    path("access/", include("duban.access.urls")),
    path("campaigns/", include("duban.campaigns.urls")),
    path("workdays/", include("duban.workdays.urls")),
    path("audit/", include("duban.audit.urls")),
    path("", include("duban.shell.urls")),
    path("", include("duban.upkeep.urls")),
    path("api/", api.urls),
]
