"""Customers of the demo: invented people from many places, at addresses that nobody owns."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    phone: str = ""


_NAMES = """
Adaeze Nwosu; Aino Mäkelä-Virtanen; Aisling Ní Bhriain; Alejandra Quiñones; Amara Okonkwo; Ananya Iyer; Anders
Østergård; Anneliese Hofstätter; Ayşe Yıldırım; Bartholomew Featherstonehaugh; Bich Ngọc Trần; Björk Þorsteinsdóttir;
Callum MacRae; Catalina Ibáñez; Charlotte Vandenbroucke; Chidi Eze; Chloé Lefèvre; Ciarán Ó Súilleabháin; Daan van den
Heuvel; Dafydd Prys; Dimitra Papageorgiou; Eilidh Sutherland; Eleanor Whitcombe; Emre Karaca; Esi Boateng; Fatima
Zahra El Idrissi; Femke de Wit; Fionnuala Heaney; Florian Aigner; Giulia Bevilacqua; Grace Achieng; Haruto Nishimura;
Hedwig Lindqvist; Hye-jin Moon; Ibrahim Diallo; Ines Cardoso; Ingrid Solbakken; Isla Pemberton; Jan-Willem Hoekstra;
Jasper Tuinstra; Joaquín Echeverría; Jolanta Wiśniewska; Kamala Subramaniam; Kasimir Brandl; Katarzyna Zielińska;
Kwame Asante; Laszlo Bodnár; Leilani Kahananui; Liesbeth Claes; Lucía Fernández-Montesinos y Álvarez de Toledo; Lwazi
Mthembu; Magnus Hallgrímsson; Mairéad Gallagher; Malik Rahman; Marguerite Beauchêne; Maria do Rosário Figueiredo;
Mateus Teixeira; Mei-Ling Chou; Mirela Popescu; Mohammed Farooqi; Nadia Haddad; Naoko Arakawa; Niamh Kinsella; Nikolai
Sorokin; Noor Jahan Begum; Oluwaseun Adebayo; Oskar Nyqvist; Owen Llewellyn; Padraig Tierney; Parvati Deshpande;
Peadar Mulvaney; Petra Vošahlíková; Philippa Harcourt-Jones; Quentin Marchand; Rahul Bhattacharjee; Rasmus Kjeldsen;
Rosalind Achterberg; Ruairí Donnelly; Sadia Chowdhury; Salome Gelashvili; Samuel Okafor; Sanne Dijkstra; Saoirse
Flanagan; Shreya Kulkarni; Siobhán Reilly; Sofia Karlsdotter; Stanisław Kowalczyk; Søren Brøndsted; Tadhg Lenihan;
Tamsin Trevithick; Theresa Obermoser; Tomás Villanueva; Ulrike Pfannenstiel; Valentina Rossetti; Viktor Horváth;
Wanjiru Kamau; Wilhelmina Oosterhuis; Ximena Bustamante; Yaw Mensah; Yuki Hasegawa; Zahra Mousavi; Zeynep Aksoy; Zofia
Nowakowska; Zsófia Szabó-Kiss
"""

_IN_OTHER_SCRIPTS = {
    "Olena Kovalenko": "Олена Коваленко",
    "Sofia Papadopoulou": "Σοφία Παπαδοπούλου",
    "Hanako Yamada": "山田 花子",
    "Wang Xiuying": "王秀英",
    "Neelam Joshi": "नीलम जोशी",
    "Layla Almasri": "ليلى المصري",
}
"""Some write their names as their parents did; the address stays in Latin letters."""

_LETTERS = str.maketrans("øØþÞłŁıđð", "oOtTlLidd")


def people() -> list[Person]:
    """Return everybody, always in the same order; two in five leave a telephone number."""
    names = [name.strip() for name in _NAMES.replace("\n", " ").split(";")]
    written = {name: name for name in names} | _IN_OTHER_SCRIPTS
    return [
        Person(name=name, email=_address(latin, index), phone=f"+44 7700 900{index:03d}" if index % 5 < 2 else "")
        for index, (latin, name) in enumerate(written.items())
    ]


def _address(name: str, index: int) -> str:
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode().lower()
    words = plain.replace("-", "").split()
    return f"{words[0]}.{words[-1]}@{('example.org', 'example.com')[index % 2]}"
