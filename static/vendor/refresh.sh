#!/bin/sh
# Fetch the browser files anew: needs npm, touches only the folders beside this file.
# To move to a newer version: change it here, run, change the paths in templates/,
# bookings/door/assets.py and static/marquee/fonts.css, delete the old folder, and correct the table in README.md.
# Of plotly, look for rules of style that are new, too, and put them into static/reports/charts.css.
set -eu

bootstrap=5.3.9
htmx=2.0.11
icons=1.13.2
bricolage=5.3.0
instrument=5.3.0
jsqr=1.4.0
ed25519=3.2.0
plotly=4.1.0

# The icons that templates use, by the names of https://icons.getbootstrap.com
icon_names="
arrow-left arrow-repeat arrow-right box-arrow-up-right building calendar-event calendar-plus calendar3
cash-coin check-circle check-lg chevron-down chevron-left chevron-right clock credit-card dash-lg door-open
download envelope exclamation-triangle eye funnel geo-alt graph-up grid-3x3-gap hourglass-split info-circle list lock
map music-note-beamed pencil people person person-wheelchair phone plus-lg printer qr-code receipt search share
shield-check sliders star tag telephone ticket-perforated trash universal-access x-circle x-lg
"

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # fetch <package>@<version>: unpack it into $work/package
    rm -rf "$work/package"
    (cd "$work" && tar xzf "$(npm pack --silent "$1" 2>/dev/null | tail -1)")
}

fresh() { # fresh <folder>: an empty folder beside this file, in $out
    out="$here/$1"
    rm -rf "$out"
    mkdir -p "$out"
    cp "$work/package/LICENSE" "$out/LICENSE"
}

fetch "bootstrap@$bootstrap"
fresh "bootstrap-$bootstrap"
# Without the pointer to a source map that we do not ship: collectstatic would look for it.
sed '/sourceMappingURL/d' "$work/package/dist/css/bootstrap.min.css" >"$out/bootstrap.min.css"

fetch "htmx.org@$htmx"
fresh "htmx-$htmx"
cp "$work/package/dist/htmx.min.js" "$out/"

fetch "bootstrap-icons@$icons"
fresh "bootstrap-icons-$icons"
{
    echo '<svg xmlns="http://www.w3.org/2000/svg">'
    for name in $icon_names; do
        tr '\n' ' ' <"$work/package/icons/$name.svg" |
            sed -e "s|<svg[^>]*>|<symbol id=\"$name\" viewBox=\"0 0 16 16\">|" -e 's|</svg>|</symbol>|' -e 's|  *| |g'
        echo
    done
    echo '</svg>'
} >"$out/sprite.svg"

fetch "@fontsource-variable/bricolage-grotesque@$bricolage"
fresh "bricolage-grotesque-$bricolage"
cp "$work/package/files/bricolage-grotesque-latin-wdth-normal.woff2" \
    "$work/package/files/bricolage-grotesque-latin-ext-wdth-normal.woff2" "$out/"

fetch "@fontsource-variable/instrument-sans@$instrument"
fresh "instrument-sans-$instrument"
cp "$work/package/files/instrument-sans-latin-wght-normal.woff2" \
    "$work/package/files/instrument-sans-latin-ext-wght-normal.woff2" "$out/"

fetch "jsqr@$jsqr"
fresh "jsqr-$jsqr"
cp "$work/package/dist/jsQR.js" "$out/"

fetch "@noble/ed25519@$ed25519"
fresh "noble-ed25519-$ed25519"
cp "$work/package/index.js" "$out/"

fetch "plotly.js-cartesian-dist-min@$plotly"
fresh "plotly-cartesian-$plotly"
cp "$work/package/plotly-cartesian.min.js" "$out/"
