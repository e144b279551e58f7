"""What a model tells of itself."""

from dataclasses import replace

from textclf.scoring.weights import LinearWeights


def test_a_term_of_several_views_is_among_the_strongest_once(long):
    first_words = long.form.groups[-1]
    both = replace(first_words, group=replace(first_words.group, first_words=0))
    model = replace(long, form=LinearWeights((both, first_words), long.form.bias))

    found = model.strongest("sport", 9)

    alone = replace(long, form=LinearWeights((first_words,), long.form.bias))
    assert len(found) == 9
    assert found == alone.strongest("sport", 9)
