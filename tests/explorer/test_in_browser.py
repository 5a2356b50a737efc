"""The explorer in a real browser: heard, seen, searched, and reached by keyboard alone."""

import pytest
from browser import NARROW, WIDE, eventually
from explorer_contents import CAPTIONS, CLIP_IDS, SCRIPT, THRESHOLDS

READY = "html[data-ready]"


@pytest.fixture
def opened(visit, explorer):
    """The page at its ease, wide and light."""
    page = visit(explorer).page
    page.wait_for_selector(READY)
    return page


def listed(page):
    return page.locator("#list tbody .opens").evaluate_all("all => all.map(b => +b.dataset.clip)")


def value(page, name):
    text = page.locator(f'#numbers [data-name="{name}"]').get_attribute("data-value")
    return None if text is None else float(text)


def move_threshold(page, k):
    page.locator("#threshold").evaluate(
        "(slider, k) => { slider.value = k; slider.dispatchEvent(new Event('input')); }", k
    )


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_it_fits_the_window_and_suits_whoever_reads_it(visit, explorer, width, scheme):
    seen = visit(explorer, width=width, scheme=scheme)
    seen.page.wait_for_selector(READY)
    seen.page.select_option("#run-b", "1")
    seen.page.wait_for_selector("text=Similarity of frames and words, run B")
    for summary in seen.page.locator("summary").all():
        summary.click()
    assert seen.overflow_px() <= 0
    assert seen.violations() == []
    ground = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(22, 24, 27)")


def test_sound_plays_and_the_playhead_moves(opened):
    place = "getComputedStyle(document.querySelector('.playhead')).getPropertyValue('--at')"
    assert float(opened.evaluate(place)) == 0
    opened.evaluate("document.getElementById('sound').play()")
    eventually(opened, f"{place} > 0.1")
    assert opened.evaluate("document.getElementById('sound').duration") == pytest.approx(2, abs=0.1)
    opened.evaluate("document.getElementById('sound').pause()")
    axis = opened.locator(".spectrum .axis").bounding_box()
    opened.mouse.click(axis["x"] + 0.75 * axis["width"], axis["y"] + 5)
    eventually(opened, "Math.abs(document.getElementById('sound').currentTime - 1.5) < 0.05")
    assert float(opened.evaluate(place)) == pytest.approx(0.75, abs=0.02)
    opened.locator("#place").focus()
    opened.keyboard.press("Home")
    eventually(opened, "document.getElementById('sound').currentTime === 0")


def test_the_slider_redraws_with_the_numbers_of_evaluation(opened, expected):
    opened.select_option("#run-b", "1")
    opened.wait_for_selector('#numbers [data-name="f1-all-B"]')
    seen = set()
    for k in (0, 9, 12, len(THRESHOLDS) - 1):
        move_threshold(opened, k)
        for name, curve in zip("AB", expected.curves, strict=True):
            for measure in ("precision", "recall", "f1"):
                assert value(opened, f"{measure}-all-{name}") == curve[k][measure]
        assert opened.locator("#threshold-value").text_content() == f"{THRESHOLDS[k]:.2f}"
        lane = opened.locator('.lane[data-phrase="p0"] .kind-1 .bar')
        seen.add(lane.count())
    assert len(seen) > 1, "detections are drawn again"
    eventually(opened, "document.getElementById('said').textContent.includes('0.95')")


def test_a_clip_s_numbers_are_those_of_its_frames(opened, expected):
    move_threshold(opened, 9)
    names = ("p0", "p1", "p2")
    hit = sum(((expected.scores[n] >= 0.5) & expected.active[n]).sum() for n in names)
    predicted = sum((expected.scores[n] >= 0.5).sum() for n in names)
    assert value(opened, "precision-clip-A") == hit / predicted
    opened.locator('[data-clip="2"]').click()
    opened.wait_for_selector("#clip-title >> text=ع😀")
    assert value(opened, "recall-clip-A") is None, "nothing is heard, so there is nothing to recall"
    opened.locator('[data-clip="3"]').click()
    opened.wait_for_selector("#clip-title >> text=éclair")
    assert value(opened, "precision-clip-A") is None, "it has no phrase"
    assert opened.locator("#clip-body").inner_text().startswith("This clip is here without its")


def test_search_and_sort(opened):
    assert listed(opened) == [0, 1, 2, 3]
    for query, clips in (("RAIN", [0, 1]), ("eclair loin", [3]), ("بح", [2]), ("zebra", [])):
        opened.fill("#search", query)
        assert listed(opened) == clips, query
        assert opened.locator("#n-found").text_content() == f"{len(clips)} of 4 clips"
    opened.fill("#search", "")
    f1 = 'document.querySelectorAll("#list tbody tr")'
    opened.locator('[data-sort="f1"]').click()
    ascending = [
        float(text) for text in opened.evaluate(f"[...{f1}].map(r => r.cells[1].textContent)")[:2]
    ]
    assert ascending == sorted(ascending)
    assert opened.locator("#list th[aria-sort]").get_attribute("aria-sort") == "ascending"
    first = listed(opened)
    opened.locator('[data-sort="f1"]').click()
    assert listed(opened)[:2] == first[1::-1]
    assert listed(opened)[2:] == [2, 3], "what has no number stays last"
    assert opened.evaluate("document.activeElement.dataset.sort") == "f1"


def test_what_stands_in_the_data_is_text(opened):
    assert opened.title() == f"Tiny {SCRIPT}: clips and errors – audiophrase"
    opened.locator('[data-clip="1"]').click()
    opened.wait_for_selector(".caption")
    assert opened.locator(".caption").text_content() == CAPTIONS["c2"][1]
    assert opened.locator("#clip-title").text_content() == f"Clip {CLIP_IDS[1]}.wav"
    assert f'{SCRIPT} "rain"' in opened.locator(".lanes").inner_text()
    assert SCRIPT in opened.locator("#errors-body").inner_text()
    assert opened.locator("script").evaluate_all("all => all.every(one => one.src)")
    opened.locator('[data-clip="2"]').click()
    opened.wait_for_selector("#clip-title >> text=ع😀")
    assert opened.locator(".caption").evaluate("p => getComputedStyle(p).direction") == "rtl"
    button = opened.locator('[data-clip="2"] bdi')
    assert button.evaluate("b => getComputedStyle(b).unicodeBidi") == "isolate"


def test_a_whole_file_has_its_own_name_and_a_cut_its_id(opened):
    names = opened.locator("#list tbody small").all_text_contents()
    assert sorted(names) == sorted([CLIP_IDS[0], *(f"{clip_id}.wav" for clip_id in CLIP_IDS[1:])])


def test_of_few_clips_none_is_among_the_worst_and_the_best(opened):
    worst, best = (
        opened.locator(
            "#errors-body > div", has=opened.get_by_role("heading", name=f"{title} clips")
        )
        .locator(".opens")
        .all_text_contents()
        for title in ("Worst", "Best")
    )
    assert worst
    assert best
    assert not {*worst} & {*best}


def test_errors_lead_to_clips_and_play_one_sound_at_a_time(opened):
    assert "paper, seed 1" in opened.locator("#errors-title").text_content()
    plays = opened.locator("#errors .plays")
    plays.nth(0).click()
    plays.nth(1).click()
    assert plays.nth(0).text_content() == "▶"
    assert plays.nth(1).text_content() == "■"
    assert plays.nth(1).get_attribute("aria-label").startswith("Stop the sound of clip")
    plays.nth(1).click()
    assert plays.nth(1).text_content() == "▶"
    opened.locator("#errors .opens", has_text="كلب").first.click()
    opened.wait_for_selector("#clip-title >> text=ع😀")
    assert opened.evaluate("document.activeElement.id") == "clip"
    assert opened.url.endswith("#clip-2")
    opened.select_option("#run-a", "1")
    opened.wait_for_selector("#errors-title >> text=infonce, seed 1")


def test_the_keyboard_reaches_everything(opened):
    wanted = opened.evaluate(
        """[...document.querySelectorAll('a, button, input, select, summary, audio, [tabindex="0"]')]
           .filter(each => each.checkVisibility())
           .map((each, n) => { each.dataset.order = n; return String(n); })"""
    )
    reached = []
    for _ in range(4 * len(wanted)):  # a player is several stops
        opened.keyboard.press("Tab")
        order = opened.evaluate("document.activeElement.dataset.order ?? null")
        if order is not None and order not in reached:
            reached.append(order)
        if len(reached) == len(wanted):
            break
    assert sorted(reached, key=int) == wanted
    assert reached == sorted(reached, key=int), "in the order of the page"
    opened.locator("#threshold").focus()
    before = opened.locator("#threshold-value").text_content()
    opened.keyboard.press("ArrowRight")
    assert opened.locator("#threshold-value").text_content() != before
    opened.locator('[data-clip="1"]').focus()
    opened.keyboard.press("Enter")
    eventually(opened, "document.activeElement.id === 'clip'")
    assert opened.locator(".caption").text_content() == CAPTIONS["c2"][1]


def test_without_phrases_and_without_sound(visit, without_phrases):
    seen = visit(without_phrases)
    page = seen.page
    page.wait_for_selector(READY)
    assert page.locator("#threshold, #numbers, .lanes, audio, .plays").count() == 0
    assert page.locator(".matrix .word").count() == 4
    heads = page.locator("#list thead button").all_text_contents()
    assert heads == ["Clip", "Rank"]
    assert "figures.audio: true" in page.locator("#no-sound").text_content()
    page.locator("#place").focus()
    page.keyboard.press("End")
    place = "getComputedStyle(document.querySelector('.playhead')).getPropertyValue('--at')"
    assert float(page.evaluate(place)) == 1
    assert seen.violations() == []
