"""What a model tells of itself."""

from dataclasses import replace

from textclf.scoring.weights import LinearWeights


def test_a_term_of_several_views_is_among_the_strongest_once(long):
    lead = long.form.views[-1]
    both = replace(lead, view=replace(lead.view, lead=0))
    model = replace(long, form=LinearWeights((both, lead), long.form.bias))

    found = model.strongest("sport", 9)

    alone = replace(long, form=LinearWeights((lead,), long.form.bias))
    assert len(found) == 9
    assert found == alone.strongest("sport", 9)
