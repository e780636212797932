"""``{% load rooms %}``: plans of rooms on pages."""

from __future__ import annotations

from django import template

from venues import pictures

register = template.Library()

register.filter("described", pictures.describe)
