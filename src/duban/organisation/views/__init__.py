"""Pages of units and of their import."""

from duban.organisation.views.imports import (
    import_errors,
    import_status,
    import_take_over,
    import_units,
    import_withdraw,
    unit_template,
)
from duban.organisation.views.units import (
    appoint,
    create,
    edit,
    end_post,
    export,
    lines,
    move,
    reorder,
    set_line_lead,
    unit,
    units,
)

__all__ = [
    "appoint",
    "create",
    "edit",
    "end_post",
    "export",
    "import_errors",
    "import_status",
    "import_take_over",
    "import_units",
    "import_withdraw",
    "lines",
    "move",
    "reorder",
    "set_line_lead",
    "unit",
    "unit_template",
    "units",
]
