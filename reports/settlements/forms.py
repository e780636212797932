"""What is agreed with a promoter, and what is signed."""

from __future__ import annotations

from django import forms

from reports.models import Settlement, SettlementTerms


class TermsForm(forms.ModelForm):
    class Meta:
        model = SettlementTerms
        fields = ["percent", "per_ticket"]


class SignForm(forms.ModelForm):
    """``seen`` names the figures that were shown."""

    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Settlement
        fields = ["note"]
        widgets = {"note": forms.TextInput}
        labels = {"note": "Note"}
        help_texts = {"note": "Such as what was agreed besides. It stands on the sheet."}
