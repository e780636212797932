"""Every address of the site, by room."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from . import demo_mail, views
from .api.root import urlpatterns as api_urls

urlpatterns = [
    path("", include("events.urls")),
    path("", include("venues.urls")),
    path("", include("ticketing.urls")),
    path("", include("bookings.urls")),
    path("door/", include("bookings.door.urls")),
    path("reports/", include("reports.urls")),
    path("health", views.health, name="health"),
    *api_urls,
    path("media/<path:path>", views.media, name="media"),
    path("admin/", include("bookings.admin.urls")),
    path("admin/counter/", include("bookings.counter.urls")),
    path("admin/", admin.site.urls),
]

if settings.DEMO:
    urlpatterns += [
        path("demo/mail/", demo_mail.index, name="demo_mail"),
        path("demo/mail/<slug:name>/", demo_mail.message, name="demo_mail_message"),
        path("demo/mail/<slug:name>/html", demo_mail.html, name="demo_mail_html"),
        path("demo/mail/<slug:name>/<int:number>", demo_mail.part, name="demo_mail_part"),
    ]
