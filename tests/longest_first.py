"""The order in which tests begin."""

# Begun first, so that none of them is what the other worker waits for at the end. A worker gets two
# tests at its start: the second two need nothing that the first two have to make.
TESTS = (
    "test_made_by_snakemake_and_recorded_or_made_by_dvc_it_is_the_same",
    "test_pulled_and_adopted_it_is_as_if_made_here",
    "test_every_scenario_ends_in_the_right_state",  # which waits, and needs no core
    "test_every_clip_is_a_row_with_its_state",  # all recordings through the whole chain
    "test_thresholds_new_tools_and_lost_caches_fetch_nothing_anew",
    "test_from_youtube_to_the_report_shared_and_checked_again",
    "test_interrupted_anywhere_and_run_again_ends_with_the_same_bytes",
    "test_features_and_text_are_enough_to_train",
    "test_flipped_bytes_are_refused_by_all_and_the_way_out_works",
    "test_shards_and_model_made_on_slurm_are_those_made_here",
    "test_s3_round_trip_and_a_remote_that_lost_or_damaged_objects",
    "test_experiments_can_be_run_and_compared",
    "test_a_changed_source_file_makes_both_tools_run_the_same_stages",
    "test_clips_that_may_not_be_handed_on_stay_here",
    "test_without_its_files_it_is_refused_in_words",  # a rehearsal through the whole chain
    "test_a_variant_of_evaluation_alone_is_measured_on_the_papers_model",  # two variants
    "test_one_set_of_clips_and_two_of_features",  # a variant more, recorded
    "test_a_deleted_artifact_is_made_again",
    "test_only_clips_that_both_labs_have_are_evaluated",
    "test_dvc_does_not_bless_shards_that_snakemake_knows_nothing_of",
    "test_training_killed_midway_is_resumed_and_ends_with_the_same_weights",
    "test_kill_9_at_random_moments_changes_nothing",
)


def place(item):
    """Where a test stands in TESTS; behind all of them, as it was, if in none."""
    name = getattr(item, "originalname", item.name)
    in_list = name in TESTS and not item.get_closest_marker("skip")
    return TESTS.index(name) if in_list else len(TESTS)
