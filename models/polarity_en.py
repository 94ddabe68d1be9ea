"""English polarity words, of our own writing: lower-case words and phrases of up to four words, weight by how strongly they feel.

Words stand in their base form; the reader of this table takes plain endings off (crashes, crashed, crashing → crash).
In phrases ``_`` stands for the blank.
"""

_BY_WEIGHT = {
    -3.0: """
        awful terrible horrible horrendous horrific atrocious appalling abysmal dreadful disgusting disgusted disgrace disgraceful worst
        hate despise loathe useless worthless garbage trash rubbish crap crappy shit shitty bullshit pathetic ridiculous unacceptable
        outrageous outrage furious livid scam fraud rip_off ripoff nightmare disaster joke fiasco never_again waste_of_time waste_of_money
        total_waste complete_waste incompetent incompetence unusable wtf sucks sucked suck screwed fuck fucking inexcusable shocking
        shambles unprofessional scandalous dire vile liar lied lie insult insulting a_joke drives_me_mad drives_me_crazy up_the_wall
        fed_up sick_of had_enough last_straw stay_away avoid_at_all_costs
    """,
    -2.0: """
        bad worse poor poorly slow slower slowly broken break broke bug buggy glitch glitchy crash freeze frozen froze hang lag laggy
        error fail failed failure fault faulty defect defective wrong incorrect inaccurate mistake problem issue trouble difficult
        difficulty hard_to complicated complex confusing confused confuse unclear vague misleading mislead annoying annoyed annoy
        irritating irritated frustrating frustrated frustrate frustration disappointing disappointed disappoint disappointment upset
        upsetting unhappy dissatisfied angry anger mad rude impolite disrespectful dismissive ignored ignore unhelpful uncaring careless
        neglect neglected unreliable unstable inconvenient inconvenience clumsy clunky cumbersome tedious painful pain hassle mess messy
        chaos chaotic expensive overpriced costly overcharge overcharged unfair unreasonable lost lose missing miss missed delay delayed
        late cancelled canceled cancel stuck locked_out unable unable_to cannot_log can't_log won't_load won't_open doesn't_work
        don't_work didn't_work not_working does_not_work did_not_work stopped_working no_response no_reply no_answer no_one nobody
        never_arrive never_came never_got never_received still_waiting still_no waiting_for on_hold kept_waiting long_wait too_long
        too_slow too_many too_much too_small too_hard too_expensive long_time hours_waiting dirty filthy smelly smell noisy noise loud
        cold uncomfortable stale bland tasteless overcooked undercooked soggy greasy boring bored dull ugly cheaply flimsy weak lousy
        mediocre subpar inferior lacking lack lacks complaint complain regret regrettable sad sadly worry worried worrying concern
        concerned anxious afraid scared scary stress stressful stressed struggle struggled tired exhausted exhausting hopeless helpless
        abandon abandoned refuse refused reject rejected deny denied argue argument shout shouted threaten dangerous unsafe risky hurt
        harm damage damaged ruin ruined spoil spoiled garbled corrupt corrupted duplicate duplicated wiped vanish vanished disappear
        disappeared redirect_loop session_expired timed_out times_out timeout kicked_out logged_out bounced clutter cluttered outdated
        obsolete inconsistent disorganised disorganized understaffed short_staffed overworked incorrectly wrongly refund chargeback suffer
        suffered suffering ill-mannered abrupt patronising patronizing inadequate insufficient unprepared unorganised neglectful
        inefficient ineffective pointless meaningless nonsense stupid idiotic dumb silly absurd clueless lazy arrogant cheat cheated steal
        stolen overwhelm overwhelming redundant gave_up give_up giving_up let_down letdown wast wasted waste nope ugh meh yikes smh fuming
        appalled dismay dismayed distressing distressed unwelcome hostile aggressive nasty hell suffers dread broken_up flawed flaw
    """,
    -1.0: """
        wish could_be_better could_be_improved could_do_better needs_improvement room_for_improvement should_be needs_to need_to_be
        needs_more would_be_better would_prefer not_ideal not_great so_so average okay_but limited only_gripe gripe niggle quirk quirky
        awkward surprise_me unexpected unfortunately unfortunate hard harder long wait waited waiting longer queue expect expected unless
        despite lack_of more_staff quicker faster shorter improve improvement better_communication less fewer instead odd strange weird
        question_why why_can't why_does why_is why_isn't small narrow dark hot busy rush rushed short rarely hardly barely repeatedly
        constantly over_and_over again_and_again by_hand manually workaround every_time again expire expired cost price pay paid switch
        competitor leave leaving left elsewhere alternative forced hidden bother trouble_finding figure_out couldn't_find can't_find
        cannot_find can't_tell don't_know no_idea pity shame forget forgot forgets disconnect drop_out drops loose
    """,
    1.0: """
        good fine nice ok okay decent well clean tidy clear clearly clever quick quickly fast faster_than prompt promptly easy easily
        easier simple simpler smooth smoothly handy useful helpful help helped comfortable comfy cosy cozy calm calmly relaxed pleasant
        pleasantly pleased polite courteous warm welcome welcoming fresh tasty cheap affordable reasonable reasonably fair value worth
        worthwhile reliable stable solid consistent accurate correct convenient flexible intuitive neat improved improving better best_of
        works_well work_well worked_well works_fine working_well works_great solve solved fix fixed resolve resolved respond responsive
        save_time saves_time saved_time time_saver saves_me saves_us like liked likes agree confident reassured reassure reassuring
        reassurance support supportive supported listen listened understanding patient patience attentive caring care_about cared thorough
        knowledgeable informative informed experienced expert skilled competent capable punctual on_time efficient efficiently effective
        effectively organised organized hope hopefully enjoy enjoyed enjoyable fun interesting cute cool lovely_day no_problem no_problems
        no_issue no_issues no_complaint no_complaints nothing_wrong no_trouble no_worries no_fuss no_hassle not_bad not_too_bad
        can't_complain cannot_complain can't_fault cannot_fault couldn't_fault hassle-free safe secure safely trust trusted success
        successful successfully benefit beneficial advantage recommendable considerate respectful respected respect dignity cheerful
        humour smile smiling smiled yes yay wow congrats congratulations win lucky hot_meal favourite favorite appreciate_it relief
        relieved glad proud modern spacious roomy quiet cleanly
    """,
    2.0: """
        great lovely love loved loving loves happy happier happily satisfied satisfying satisfaction delighted delight delightful
        enjoy_using thank thanks thankyou thank_you thankful grateful appreciate appreciated appreciative appreciation recommend
        recommended highly_recommend would_recommend friendly friendliness kind kindness kindly_and impressed impressive impress
        professional professionalism professionally gem pleasure compassionate compassion empathetic sympathetic beautiful beautifully
        gorgeous delicious yummy superb_value well_done good_job great_job top_notch first_class first_rate second_to_none
        nothing_but_praise a_breeze breeze seamless seamlessly life_saver lifesaver game_changer gamechanger exceed exceeded
        above_and_beyond went_out_of spot_on couldn't_be_better could_not_be_better could_not_have_been_better couldn't_have_been_better
        couldn't_ask_for could_not_ask praise praised commend applaud kudos props exceptional_care joy joyful thrilled excited exciting
        well_looked_after looked_after_well at_ease put_at_ease made_me_feel felt_safe can't_live_without must_have nice_work so_helpful
        very_helpful really_helpful excel won_me_over charming elegant polished slick hero angel star
    """,
    3.0: """
        excellent amazing awesome fantastic wonderful brilliant brilliantly outstanding perfect perfectly perfection superb exceptional
        incredible phenomenal fabulous marvellous marvelous magnificent terrific best flawless flawlessly stellar splendid adore 5_stars
        five_stars ten_out_of_ten 10/10 100% 10_out_of_10 unbeatable world_class faultless impeccable excellently amazingly wonderfully
        fantastically exemplary heaven heavenly gold_standard
    """,
    0.0: """
        please kindly dear regards sincerely best_regards kind_regards warm_regards best_wishes thanks_in_advance thank_you_in_advance
        many_thanks_in_advance thank_you_for_your_time thank_you_for_your_attention thanks_for_your_help_in_advance no_thanks good_morning
        good_afternoon good_evening good_day good_luck look_forward_to looking_forward_to hope_this_finds_you hope_you_are_well well_as
        as_well as_well_as like_this like_that like_to would_like would_like_to looks_like look_like looked_like feel_like felt_like
        feels_like seems_like sounds_like just_like like_a like_an like_the kind_of help_me help_desk customer_care healthcare health_care
        care_home help_page error_code error_message well_before may_be maybe pretty how_long as_long_as so_long no_longer_than
        all_the_best love_to would_love would_love_to i'd_love i'd_like we'd_like free_of_charge care_plan patient_transport
        hospital_patient the_patient a_patient as_a_patient patients best_way what_is_the_best better_way support_team customer_support
        tech_support support_ticket support_line user_support question a_question customer_service value_field good_idea good_to_know
    """,
}

POLARITY_EN: dict[str, float] = {
    phrase.replace("_", " "): weight for weight, phrases in _BY_WEIGHT.items() for phrase in phrases.split()
}
PHRASES_BEGIN = frozenset(phrase.split(" ")[0] for phrase in POLARITY_EN if " " in phrase)
"""First words of phrases of several words."""
LONGEST_PHRASE = max(phrase.count(" ") + 1 for phrase in POLARITY_EN)
