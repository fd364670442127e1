"""The sentences for everything that can be wrong with a file, by the code that travels out of the confined process."""

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, object] = {
    "empty": _("There is nothing in the file"),
    "too-large": _("The file is larger than {most} MB; divide it and upload the parts one by one"),
    "unknown-kind": _("This kind of file cannot be read; upload .xlsx, .xls, .csv or a table in .docx"),
    "not-xlsx": _(
        "This is not an .xlsx workbook, whatever its name says; open it in WPS or Excel, save it as .xlsx and upload that"
    ),
    "not-xls": _("This is a newer workbook with the ending .xls; give it the ending .xlsx and upload it again"),
    "not-docx": _(
        "This is not a .docx document, whatever its name says; open it in WPS or Word, save it as .docx and upload that"
    ),
    "not-csv": _("This is a workbook with the ending of a text file; give it the ending .xlsx and upload it again"),
    "old-xlsx": _(
        "This table format cannot be read; open it in WPS or Excel, choose “Save as”, format .xlsx, and upload that"
    ),
    "old-docx": _(
        "This text format cannot be read; open it in WPS or Word, choose “Save as”, format .docx, and upload that"
    ),
    "encrypted": _("The file is protected by a password; remove the password and upload it again"),
    "macros": _("The file contains macros; save it without macros (.xlsx or .docx) and upload that"),
    "bomb": _("Unpacked, the file is far larger than a table can be; copy the table into a new file and upload that"),
    "nested": _("The file has other archives inside; copy the table into a new file and upload that"),
    "doctype": _(
        "The file carries instructions that an office file does not need; copy its content into a new file and upload that"
    ),
    "external": _(
        "The file is linked to other files; break the links or copy the content into a new file, and upload that"
    ),
    "damaged": _(
        "The file is damaged or not what its name says; open it in WPS or Office, save it again and upload that"
    ),
    "binary": _("The file is not readable text; save it as .xlsx, or as .csv in UTF-8, and upload that"),
    "no-table": _("There is no table in the document"),
    "no-rows": _("The table has a header but no rows below it"),
    "too-many-rows": _("The table has more than {most} rows; divide it and upload the parts one by one"),
    "wrong-file": _("This looks like another file: expected the columns {expected}; missing {missing}; found {found}"),
    "other-template": _(
        "This workbook was made from another template ({template}); download the template again and fill in that one"
    ),
    "formula": _("“{title}” is a formula ({text}); formulas are not calculated, type the value itself"),
    "missing": _("“{title}” is blank but has to be filled in"),
    "not-a-number": _("“{title}” has to be a whole number, not “{text}”"),
    "not-a-choice": _("“{title}” cannot be “{text}”; choose from {choices}"),
    "too-many-for-word": _("A Word table holds at most {most} rows; export this list as .xlsx instead"),
}
