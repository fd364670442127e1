"""Start-up: the tables at the top reach the modules below, here and nowhere else."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "duban.config"
    label = "config"

    def ready(self) -> None:
        # These tables name models, which exist only from here on.
        from duban.access import roles  # noqa: PLC0415
        from duban.burden import known  # noqa: PLC0415
        from duban.config.figures import FIGURES  # noqa: PLC0415
        from duban.config.holdings import HOLDINGS  # noqa: PLC0415
        from duban.config.known import KNOWN  # noqa: PLC0415
        from duban.config.reactions import REACTIONS  # noqa: PLC0415
        from duban.config.retention import RETENTION  # noqa: PLC0415
        from duban.config.roles import ROLES  # noqa: PLC0415
        from duban.figures import tables  # noqa: PLC0415
        from duban.kernel import events  # noqa: PLC0415
        from duban.organisation import holdings  # noqa: PLC0415
        from duban.upkeep import lines  # noqa: PLC0415

        roles.install(ROLES)
        events.install(REACTIONS)
        tables.install(FIGURES)
        lines.install(RETENTION)
        holdings.install(HOLDINGS)
        known.install(KNOWN)
