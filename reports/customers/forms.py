"""What is asked before a customer is found, or erased."""

from __future__ import annotations

from django import forms


class FindForm(forms.Form):
    email = forms.EmailField(label="E-mail", max_length=254)


class EraseForm(forms.Form):
    reason = forms.CharField(
        label="Why", max_length=200, help_text="Such as “letter of 3 May”. The address itself does not belong here."
    )
    is_sure = forms.BooleanField(
        label="Whoever asks for it has shown that the address is theirs. I know that this cannot be undone."
    )
