"""What was learnt from files: who taught it, where it is applied, how it is forgotten."""

from keystead.data.models import SavedMapping
from tests.web.imports.conftest import ACCOUNTS, Desk, text_of


def test_a_learnt_value_can_be_forgotten_alone_and_with_all_that_was_learnt(olga: Desk) -> None:
    olga.committed(ACCOUNTS, kind="accounts")
    job = olga.previewed("Account;Sector;Country\nAurelia Foods Ltd;Fish;Spain\n", kind="accounts")
    olga.post("columns", job, olga.form(job, **{"value-name-0": "Aurelia Foods"}))
    olga.work(job, "read")
    olga.post("commit", job)
    olga.work(job, "commit")
    assert "Aurelia Foods Ltd" in text_of(olga.get("learnt"))
    with olga.world.inside():
        (kept,) = SavedMapping.objects.filter(values__has_key="name")
    known = {"mapping": str(kept.pk), "field": "name", "text": "Aurelia Foods Ltd"}
    assert Desk(olga.world, olga.world.alice).post("learnt", data=known).status_code == 403
    assert "Forgotten" in text_of(olga.client.post(olga.url("learnt"), known, follow=True))
    assert "forgotten already" in text_of(olga.client.post(olga.url("learnt"), known, follow=True))
    assert "forgotten already" in text_of(olga.client.post(olga.url("learnt"), {"mapping": "x"}, follow=True))
    assert "Aurelia Foods Ltd" not in text_of(olga.get("learnt"))
    olga.post("learnt", data={"mapping": str(kept.pk)})
    with olga.world.inside():
        assert not SavedMapping.objects.filter(pk=kept.pk).exists()
