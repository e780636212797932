"""The form that takes a file."""

from __future__ import annotations

from django import forms

from .files import MAX_BYTES, MAX_ROWS
from .resource import ImportResource


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text=f"CSV or XLSX, up to {MAX_BYTES // 2**20} MB and {MAX_ROWS:,} rows. The first row names the columns.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )

    def __init__(self, *args, resource: type[ImportResource], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.names = [option.name for option in resource.options]
        for option in resource.options:
            self.fields[option.name] = forms.BooleanField(label=option.label, help_text=option.help, required=False)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"The file is larger than {MAX_BYTES // 2**20} MB. Please split it.")
        return file

    @property
    def chosen(self) -> dict[str, bool]:
        return {name: self.cleaned_data[name] for name in self.names}
