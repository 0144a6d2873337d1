"""Names for made-up patients: of many origins, with the accents and hyphens real lists have. None is anybody's."""

from __future__ import annotations

GIVEN = {
    "female": (
        "Ada, Zoë, María José, Aaliyah, Nguyệt, Siobhán, Priya, Noor, Ingrid, Chidinma, Ana-Lucía, Hannah, "
        "Mei, Oluwaseun, "
        "Renée, Katarzyna, Leilani, Fatima, Grace, Yasmin, Beatriz, Tanya, Ruth, Sofía, Edith, Keiko, "
        "Dolores, Amara, Lucía, "
        "Vivian"
    ).split(", "),
    "male": (
        "Bo, José, Liam, Kwame, Søren, Dmitri, Ravi, Malik, Jean-Luc, Tomás, Hiroshi, Caleb, Arjun, Björn, "
        "Emeka, Giovanni, "
        "Walter, Omar, Nathaniel, Xavier, Minh, Patrick, Elias, Tariq, Desmond, Kai, Ángel, Otis, Julián, Stellan"
    ).split(", "),
}
FAMILY = (
    "Lovelace, Nguyen, O'Brien, García-Márquez, Okonkwo, Johansson, Patel, Haddad, Kowalczyk, "
    "Smith-Jones, Tanaka, Müller, "
    "De la Cruz, MacLeod, Abdullahi, Rossi, Kim, Fernández, Washington, Petrov, Chen, Adeyemi, Lindgren, Fitzgerald, "
    "Ibrahim, Castillo, Whitfield, Nakamura, Dubois, Oyelaran, Park, Reyes, Novotný, Tran, Van der Berg, "
    "Sandoval, Kaplan, "
    "Yilmaz, Moreau, Bell"
).split(", ")
STREETS = "Alder Street, Birch Lane, Canal Road, Dover Court, Elm Avenue, Foundry Way, Grove Street, Hill Road".split(
    ", "
)
