"""The REST interface: every subject's router under one address, with one way to answer a refusal."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from duban.burden.api import router as burden
from duban.directives.api import router as directives
from duban.kernel.errors import InvalidInput, Refused
from duban.notices.api import router as notices
from duban.office.api import router as office
from duban.organisation.api import router as organisation
from duban.portal.api import router as portal
from duban.shell.http import status_of
from duban.tasks.api import router as tasks
from duban.upkeep.api import router as upkeep

# The pages that browse the interface load scripts from elsewhere; our reference page stands in their place.
api = NinjaAPI(title="Duban", version="1", docs_url=None)
api.add_router("", portal)
api.add_router("", office)
api.add_router("", organisation)
api.add_router("", directives)
api.add_router("", tasks)
api.add_router("", upkeep)
api.add_router("", burden)
api.add_router("", notices)


@api.exception_handler(Refused)
def refuse(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer a refusal with its sentence; nothing of the call remains."""
    transaction.set_rollback(True)
    fields = {name: str(text) for name, text in refusal.fields.items()} if isinstance(refusal, InvalidInput) else {}
    return api.create_response(request, {"message": str(refusal), "fields": fields}, status=status_of(refusal))


@api.exception_handler(ValidationError)
def refuse_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a call whose fields have the wrong shape."""
    transaction.set_rollback(True)
    fields = {".".join(str(part) for part in item["loc"]): item["msg"] for item in error.errors}
    return api.create_response(request, {"message": "Some fields cannot be used.", "fields": fields}, status=422)
