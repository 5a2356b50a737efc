"""What becomes of the clips that failed in a session, once a canary has told whose trouble it was.

If the canary plays, the videos' own: they are tried again, or have been tried to the end. If only a
fresh session can have it, the session's: what failed there does not count, but for a video after
which one session after the other cannot have the canaries. That one is given up.
"""

from collections import Counter
from datetime import UTC, datetime

from audiophrase.clips.availability import State
from audiophrase.youtube.agenda import Agenda
from audiophrase.youtube.asking import Failure, Outcome
from audiophrase.youtube.budget import stops_at_once
from audiophrase.youtube.history import SPOILS
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.sessions import Session

MAX_SPOILT = 3  # sessions that a video alone failed in before they could have no canary


class Consequences:
    """Puts failed clips back on the agenda, or logs that they were tried to the end."""

    def __init__(self, ledger: Ledger, agenda: Agenda, progress: Progress) -> None:
        self._ledger, self._agenda, self._progress = ledger, agenda, progress
        self._spoilt: Counter[str] = Counter()  # sessions, by video

    def settle(self, session: Session, outcome: Outcome) -> None:
        """Each clip that failed is tried again, or has been tried to the end."""
        again = [failure.clip for failure in outcome.failures if is_tried_again(failure)]
        for failure in outcome.failures:
            if not is_tried_again(failure):
                self._progress.finish_clip(failure.verdict.state, failure.verdict.reason)
        if not again:
            return
        self._agenda.retry(again)
        said = outcome.failures[-1].verdict
        if stops_at_once(said):
            why = {"cause": said.reason, "message": said.message}
            self._ledger.note(
                "put-last", youtube_id=outcome.job.youtube_id, session=session.number, **why
            )

    def is_spoilt_by_one(self, worn: Session) -> bool:
        """Whether a video is given up for this session, if a fresh one is none the worse.

        Not if it was asked for more than a canary and that video: this may have worn it out, too.
        """
        if not worn.failed_at_first:
            return False
        return self._spoilt[worn.outcomes[0].job.youtube_id] + 1 >= MAX_SPOILT

    def blame(self, worn: Session) -> None:
        """What a session failed at that was worn out is tried again as if it never had been.

        Unless it failed alone, time after time: then it is what wears sessions out.
        """
        give_up = self.is_spoilt_by_one(worn)
        alone = len(worn.outcomes) == 1
        for outcome in worn.outcomes:
            youtube_id = outcome.job.youtube_id
            self._spoilt[youtube_id] += alone
            if give_up:
                self._give_up(worn, outcome)
            else:
                clips = [failure.clip for failure in outcome.failures]
                self._agenda.suspect(clips, alone=alone)

    def _give_up(self, worn: Session, outcome: Outcome) -> None:
        """Log that a video's clips were tried to the end, which says nothing of them."""
        for failure in outcome.failures:
            said = failure.verdict.message or failure.verdict.reason
            values = {"state": State.UNRESOLVED, "reason": SPOILS, "permanent": False}
            values["message"] = (
                f"each of {MAX_SPOILT} sessions that asked for it could not have the canaries "
                f"afterwards; it said: {said}"
            )
            values |= {"committed": True, "session": worn.number}
            self._ledger.record(failure.clip.clip_id, datetime.now(UTC), values)
            self._progress.finish_clip(State.UNRESOLVED, SPOILS)


def is_tried_again(failure: Failure) -> bool:
    """Whether a failure that counts is not the last of its clip in this run."""
    return not failure.is_answer and failure.clip.n_tries > 1
