"""What the app asks a portal to allow: the list of the card in the vendor's cabinet (bitrix24-app.md §1.3).

Moderation refuses scopes "for the future" (§6.2), so each one here is needed by a call that the program makes today;
`tests/fidelity/test_bitrix24_methods.py` holds both directions. `profile`, `event.*`, `app.info`, `user.admin` and
`batch` need none. `user_brief` (the least that tells it) and `department` are for rights by department: which ones a
person is in, and what they are called. `userfieldconfig` is for the fields of a smart process, which no other method
makes; `bizproc` for the robots that begin and move returns; `messageservice` for our SMS sender; `imopenlines` for
words to clients in the chats in which they write; `delivery` and `sale`
for the online store: our delivery service in it, and the numbers of its shipments. Each feature's scopes:
`features.py`. A scope added in a later version reaches a portal only when its administrator updates the app.
"""

REQUESTED = (
    "crm",
    "placement",
    "catalog",
    "im",
    "user_brief",
    "department",
    "userfieldconfig",
    "bizproc",
    "messageservice",
    "delivery",
    "sale",
    "imopenlines",
)
