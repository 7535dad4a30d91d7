"""The sentences of the codes. Each stands alone or after “Row 7, column “Amount”: ”, so each is a whole
clause.

`%(value)s` is the text found in the cell. Codes of one group stand together.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    # The file as a whole
    "empty_file": _("the file is empty."),
    "no_rows": _("the file has a header row and nothing below it."),
    "not_a_table": _("this is not a table but a file of the type %(found)s. Save it as CSV or XLSX."),
    "html_not_table": _("this is a web page with the name of a spreadsheet. Open it, save it as XLSX or CSV, and upload that."),
    "old_xml_workbook": _("this is an XML spreadsheet from 2003. Open it, save it as XLSX, and upload that."),
    "workbook_broken": _("the workbook is damaged and cannot be opened."),
    "workbook_protected": _("the workbook is protected by a password. Save it without one and upload that."),
    "workbook_too_large": _("the workbook is too large once unpacked. Save the sheet as CSV and upload that."),
    "workbook_suspicious": _("the workbook unpacks to far more than a table of its size should; it was not opened."),
    "sheet_unknown": _("the workbook has no sheet named “%(sheet)s”. It has: %(sheets)s."),
    "sheet_empty": _("the sheet “%(sheet)s” is empty."),
    "encoding_unknown": _("“%(encoding)s” is not a text encoding."),
    "wrong_encoding": _("the file is not written in the encoding %(encoding)s."),
    "option_unknown": _("“%(value)s” is not a value for the option “%(option)s”."),
    "header_row_missing": _("there is no row %(header_row)s to take the headers from."),
    "too_many_columns": _("the file has more than %(limit)s columns."),
    "too_many_rows": _("the file has more than %(limit)s rows. Split it and import the parts."),
    "line_too_long": _("line %(line)s is longer than %(limit)s characters. This does not look like a table."),
    "quote_never_closed": _("a quotation mark opens at row %(at)s and is never closed. Close it or remove it."),
    # Remarks: the file is read all the same
    "not_its_name": _("the file is named %(name)s but holds %(found)s; it was read as what it holds."),
    "damaged_text": _("some bytes of the file are not text in the encoding %(encoding)s."),
    # A row
    "too_many_cells": _(
        "the row has %(found)s cells but there are only %(expected)s columns. A text with a "
        "separator may lack its quotation marks."
    ),
    "row_has_no_key": _("nothing in this row says what it is about. Without a value: %(fields)s."),
    "repeated_header": _("this row repeats the headers; it is not a record."),
    "totals_row": _("this is a line of totals, not a record."),
    "notice_row": _("this is a notice of the report, not a record."),
    # A cell
    "cell_too_long": _("the cell has more than %(limit)s characters."),
    "nul_byte": _("the cell contains a NUL byte, which is not text."),
    "bad_encoding": _("the cell contains bytes that are not text in the encoding %(encoding)s."),
    "required": _("this must not be empty."),
    "too_long": _("“%(value)s” has %(length)s characters; at most %(limit)s fit."),
    "error_value": _("“%(value)s” is a spreadsheet error, not a value."),
    "bad_number": _("“%(value)s” is not a number."),
    "other_number_format": _("“%(value)s” is not written like the other numbers, for example %(example)s."),
    "ambiguous_number": _("“%(value)s” can be read as two numbers. Say which sign separates the decimals."),
    "number_too_large": _("“%(value)s” has more than %(limit)s digits before the decimals."),
    "not_whole": _("“%(value)s” is not a whole number."),
    "negative": _("“%(value)s” must not be below zero."),
    "not_positive": _("“%(value)s” must be above zero."),
    "out_of_range": _("“%(value)s” is not between %(low)s and %(high)s."),
    "bad_date": _("“%(value)s” is not a date."),
    "impossible_date": _("“%(value)s” is a day that does not exist."),
    "wrong_date_order": _("“%(value)s” is not a date in the order %(example)s."),
    "unlikely_year": _("“%(value)s” is in the year %(year)s, which cannot be meant."),
    "bad_bool": _("“%(value)s” is neither yes nor no."),
    "bad_choice": _("“%(value)s” is not one of: %(choices)s."),
    "bad_currency": _("“%(value)s” is not a currency."),
    "ambiguous_currency": _("“%(value)s” is the sign of several currencies. Say which one in a column or as an option."),
    "currency_conflict": _("“%(value)s” is in %(found)s but the currency of the row is %(expected)s."),
    "missing_currency": _("“%(value)s” has no currency. Map a currency column or choose a currency for the whole file."),
    "same_currency": _("a rate needs two different currencies, not %(value)s twice."),
    "bad_email": _("“%(value)s” is not an e-mail address."),
    "bad_url": _("“%(value)s” is not a web address."),
    # What a cell refers to
    "unknown_account": _("there is no account “%(value)s”.%(hint)s"),
    "unknown_product": _("there is no product “%(value)s”.%(hint)s"),
    "unknown_member": _("there is nobody named “%(value)s” in this workspace.%(hint)s"),
    "unknown_contact": _("there is no contact “%(value)s”.%(hint)s"),
    "unknown_stage": _("there is no stage “%(value)s”.%(hint)s"),
    "ambiguous_reference": _("“%(value)s” is the name of several records. Use the external id instead."),
    "stage_contradicts_status": _("the stage “%(stage)s” says another status than “%(value)s”."),
    # The row among the others
    "duplicate_row": _("this is the same record as row %(first)s of this file."),
    "refers_to_rejected": _("it refers to row %(first)s of this file, which is rejected."),
    "several_match": _("this row fits several records. Choose more columns to match by."),
    "mode_create_only": _("this record exists, and the import is to create only."),
    "mode_update_only": _("there is no such record, and the import is to update only."),
    "not_allowed": _("your role does not let you create or change this record."),
    "circle": _("nothing can stand below itself: %(path)s."),
    "merged_into": _("this record was merged into “%(name)s”; its row changes nothing."),
    "taken": _("another record already has this external id, e-mail address or date."),
    # A row that was kept when its import was taken back
    "edited_since": _("somebody has edited this record since."),
    "gone_since": _("this record was deleted or merged since."),
    "used_since": _("other records refer to this one by now."),
    "reference_gone": _("what this record referred to before is there no more."),
    "stage_changed": _("the stage that this deal was in before means another status by now."),
    "below_itself": _("this record would stand below itself again."),
    "no_owner_left": _("the workspace would have no owner who can log in."),
    # The import as a whole
    "file_missing": _("the file is no longer there. Upload it again."),
    "unknown_column": _("the file has no column “%(column)s”."),
    "unknown_field": _("there is no field “%(field)s” for this kind of file."),
    "field_twice": _("two columns are mapped to “%(field)s”."),
    "required_unmapped": _("no column is mapped to “%(field)s”, which every record needs."),
    "interrupted": _("the work was interrupted and could not be finished: %(error)s. Nothing was changed."),
    "staged_before": _("it was read by an earlier version. Check its columns, and it is read again. Nothing was changed."),
    "cancelled": _("it was cancelled before it was done. Nothing was changed."),
}
