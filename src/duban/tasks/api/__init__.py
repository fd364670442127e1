"""REST of assignments and tasks: the same calls as the pages."""

from ninja import Router

from duban.tasks.api import assigning, confirming, many, passing, sampling, single

router = Router(tags=["tasks"])
# Addresses that name many stand before those that take a number in the same place.
for part in (many, single, confirming, passing, sampling, assigning):
    router.add_router("", part.router)
