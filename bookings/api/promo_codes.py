"""Operations on promo codes: make, change, and ask whether one holds."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from bookings.counter.reading import draw_up
from events.models import Event
from ticketing.errors import PlacesTaken, PromoCodeRefused, SalesClosed
from ticketing.models import Offer, PromoCode, PromoCodeQuerySet
from ticketing.stock import BIGGEST_ID, check_on_sale
from venues.api.access import needs
from venues.api.pages import Part, paginate
from venues.api.problems import InUse, NotFound, invalid_field
from venues.api.saving import save
from venues.api.schemas import Body, Count, GivenMoment, Id, Moment, Money, Page, Price, currency

from .asking import Code, Email, ItemIn, choose, find_offers

router = Router(tags=["Promo codes"])


class PromoCodeIn(Body):
    """A percentage or an amount off."""

    code: Code
    percent: int | None = Field(None, strict=True, ge=1, le=100, examples=[10])
    amount: Price | None = Field(None, examples=[None])
    valid_from: GivenMoment | None = None
    valid_until: GivenMoment | None = None
    max_uses: Count | None = Field(None, description="Bookings in all. Empty: no limit.", examples=[100])
    max_uses_per_email: Count | None = Field(None, description="Bookings by one e-mail address.", examples=[1])
    event_ids: list[Id] = Field(default_factory=list, max_length=500, description="Empty: every event.", examples=[[]])
    offer_ids: list[Id] = Field(default_factory=list, max_length=500, description="Empty: every offer.", examples=[[]])


class PromoCodePatch(PromoCodeIn):
    """Only what is given is changed."""

    model_config = ConfigDict(title="PromoCodePatch")

    code: Code = None


class PromoCodeOut(Schema):
    id: int = Field(examples=[5])
    code: str = Field(examples=["SPRING"])
    percent: int | None = Field(examples=[10])
    amount: Money | None = Field(examples=[None])
    currency: str = Field(examples=["EUR"])
    valid_from: Moment | None = Field(examples=[None])
    valid_until: Moment | None = Field(examples=[None])
    max_uses: int | None = Field(examples=[100])
    max_uses_per_email: int | None = Field(examples=[1])
    uses: int = Field(description="Confirmed bookings that have used it.", examples=[12])
    event_ids: list[int] = Field(examples=[[]])
    offer_ids: list[int] = Field(examples=[[]])


class CheckIn(Body):
    """A booking that might be made with the code."""

    code: Code
    event_id: Id = Field(examples=[17])
    items: list[ItemIn] = Field(min_length=1, max_length=50)
    customer_email: Email | None = Field(None, description="For codes that are limited for each address.")


class CheckOut(Schema):
    code: str = Field(examples=["SPRING"])
    subtotal: Money = Field(description="Without the code.")
    discount: Money
    total_price: Money
    currency: str = Field(default_factory=currency, examples=["EUR"])


FIELDS = ("code", "percent", "amount", "valid_from", "valid_until", "max_uses", "max_uses_per_email")


def _with_links(codes: PromoCodeQuerySet) -> PromoCodeQuerySet:
    return codes.prefetch_related(
        Prefetch("events", Event.objects.order_by("pk").only("pk")),
        Prefetch("offers", Offer.objects.order_by("pk").only("pk")),
    )


def show(promo_code: PromoCode) -> dict[str, object]:
    return {name: getattr(promo_code, name) for name in ("id", "uses", *FIELDS)} | {
        "currency": currency(),
        "event_ids": [event.pk for event in promo_code.events.all()],
        "offer_ids": [offer.pk for offer in promo_code.offers.all()],
    }


def find_promo_code(promo_code_id: int) -> PromoCode:
    """Return a promo code with what it is for.

    Raises:
        NotFound: there is none.
    """
    found = _with_links(PromoCode.objects.all()).filter(pk=min(promo_code_id, BIGGEST_ID)).first()
    if found is None:
        raise NotFound(f"There is no promo code {promo_code_id}.")
    return found


@router.get("/promo-codes", response=Page[PromoCodeOut], summary="List promo codes")
@needs("ticketing.view_promocode")
def list_promo_codes(request: HttpRequest, asked: Query[Part]):
    """List the promo codes by their letters."""
    return paginate(request, _with_links(PromoCode.objects.order_by("code", "pk")), asked).shown(show)


@router.post("/promo-codes", response={201: PromoCodeOut}, summary="Make a promo code")
@needs("ticketing.add_promocode")
def create_promo_code(request: HttpRequest, response: HttpResponse, data: PromoCodeIn):
    """Make a code that takes a percentage or an amount off."""
    given = data.dict()
    links = {"events": given.pop("event_ids"), "offers": given.pop("offer_ids")}
    promo_code = save(PromoCode(**given))
    _link(promo_code, links)
    response["Location"] = f"/api/promo-codes/{promo_code.pk}"
    return show(find_promo_code(promo_code.pk))


@router.post("/promo-codes/check", response=CheckOut, summary="Check a promo code")
@needs("bookings.add_booking", raises=[NotFound, PromoCodeRefused, SalesClosed, PlacesTaken])
def check_promo_code(request: HttpRequest, data: CheckIn):
    """Say what a booking would cost with a code. Nothing is held. A code that does not apply is refused, with why."""
    event, offers = find_offers(data.event_id)
    check_on_sale(event, [], request.now)
    wanted = choose(event, offers, data.items, request.now)
    bill = draw_up(
        event,
        offers,
        wanted.selection,
        promo_code=data.code,
        off=None,
        now=request.now,
        email=data.customer_email or "",
    )
    return {
        "code": data.code,
        "subtotal": bill.total + bill.discount,
        "discount": bill.discount,
        "total_price": bill.total,
    }


@router.get("/promo-codes/{int:promo_code_id}", response=PromoCodeOut, summary="Get a promo code")
@needs("ticketing.view_promocode", raises=[NotFound])
def get_promo_code(request: HttpRequest, promo_code_id: int):
    """Get one promo code, with how often it has been used."""
    return show(find_promo_code(promo_code_id))


@router.patch("/promo-codes/{int:promo_code_id}", response=PromoCodeOut, summary="Change a promo code")
@needs("ticketing.change_promocode", raises=[NotFound])
def change_promo_code(request: HttpRequest, promo_code_id: int, data: PromoCodePatch):
    """Change a promo code. Bookings that have used it keep their price."""
    promo_code, changes = find_promo_code(promo_code_id), data.changes()
    links = {f"{name}s": changes.pop(f"{name}_ids") for name in ("event", "offer") if f"{name}_ids" in changes}
    save(promo_code, changes)
    _link(promo_code, links)
    return show(find_promo_code(promo_code_id))


@router.delete("/promo-codes/{int:promo_code_id}", response={204: None}, summary="Delete a promo code")
@needs("ticketing.delete_promocode", raises=[NotFound, InUse])
def delete_promo_code(request: HttpRequest, promo_code_id: int):
    """Delete a promo code that no booking has ever used. End others by their `valid_until`."""
    find_promo_code(promo_code_id).delete()


def _link(promo_code: PromoCode, links: dict[str, list[int]]) -> None:
    """Set what a code is for: events, offers.

    Raises:
        Invalid: there is no such row.
    """
    for name, ids in links.items():
        rows = {"events": Event, "offers": Offer}[name].objects.filter(pk__in=ids)
        known = set(rows.values_list("pk", flat=True))
        if unknown := [pk for pk in ids if pk not in known]:
            raise invalid_field(f"{name[:-1]}_ids[{ids.index(unknown[0])}]", "There is no such row.", "unknown")
        getattr(promo_code, name).set(known)
