"""Openings, endings, still-life plots and one-sentence stories."""

from pocket.text.story_plots import Plot

OPENINGS = (
    "Once upon a time, there was {a_hero} named {N}. {N} lived {home}.",
    "Once upon a time, {home}, there lived {a_hero} named {N}.",
    "Long ago, {a_hero} named {N} lived {home}.",
    "There was once {a_hero} called {N}, who lived {home}.",
    "{N} was {a_hero} who lived {home}.",
    "In the [village|town] of {village}, there lived {a_hero} named {N}.",
    "{Home}, there lived {a_hero} named {N}.",
)

HABITS = (
    " [Every morning|Every evening|On most days], {N} liked to {love}.",
    " {N} loved to {love} and to {other_love}.",
    " {He} liked to {love}.",
    " Everyone who knew {N} [liked {him}|smiled when {he} came by].",
    "",
)

HAPPY_ENDINGS = (
    "", "", "", "",
    " And they lived happily ever after.",
    " That night, {N} slept better than ever before.",
    " And whenever {N} thinks of that day, {he} smiles.",
    " And that is how {N} found a friend.",
    " {N} never forgot that day.",
    " The end.",
    " From that day on, every day felt a little brighter.",
)  # fmt: skip

SAD_ENDINGS = (
    "", "", "",
    " {N} never spoke of it again.",
    " And the evenings {home} have been quiet ever since.",
    " That is the end of the story, and it is a sad one.",
    " {N} never forgot that day.",
    " Sometimes, when it rains, {N} still thinks of it.",
)  # fmt: skip

WORK_FRAME = (
    "[Every day|Day after day|All year round], {N} {daily}.",
    "[But one morning|One cold night|Then, one day], {trouble}.",
    "{attempt}.",
    "[At last|Then|In the end], {a_friend} named {F} [came by|offered to help]. {F} {cause}.",
    '{mended}. "[Thank you|I could not have done it alone]," said {N}, and {F} [smiled|bowed].',
    "{F} [did what {f_he} could|tried everything]. {lost}.",
)

STILL_WORK_FRAME = (
    "[Every day|Day after day|Year after year], it {daily}.",
    "[But one morning|One cold night|Then, one day], {trouble}.",
    "{attempt}.",
    "[At last|Then], {a_friend} named {F} came by. {F} {cause}.",
    "{mended}. [And {F} came back to visit every year.|The people thanked {F} with a song.]",
    "{F} tried everything. {lost}.",
)

STILL_OPENINGS = (
    "Once upon a time, {home}, there was {a_hero}.",
    "There was once {a_hero} {home}. People called it {N}.",
    "Once upon a time, there was {a_hero} {home}. Its name was {N}.",
    "{Home}, there was {a_hero} that everyone called {N}.",
    "Long ago, there was {a_hero} {home}.",
)

STILL: tuple[Plot, ...] = (
    Plot(
        "being useful",
        'It was very old, and [hardly anyone looked at it|people walked past without a word]. "[What good am I|Who needs me now]?" thought the {noun}.',
        "It [waited all spring|waited through the long winter]. It [tried to look its best|dreamed of better days], but [nobody came|nobody stopped].",
        "Then, one [stormy|cold|foggy] night, {a_friend} named {F} lost the way. {F} was [tired and afraid|wet and cold]. Suddenly {f_he} saw the {noun} and knew where {f_he} was.",
        '"[If you had not been here, I would still be lost|You saved me]," said {F}. From then on, {F} came every [week|evening] to visit, and the {noun} [never felt useless again|was never lonely again].',
        "In the morning {F} walked on and never came back. The {noun} stayed where it was, [alone again|and nobody else came], but it remembered that one night for the rest of its days.",
    ),
    Plot(
        "a second chance",
        'One day, the people said, "[The {noun} is too old|We do not need this {noun} any more]. Tomorrow we will take it away." The {noun} [was afraid|felt very sad].',
        "It could not [speak|run], and it could not [ask for help|say what it wished]. [All night long it looked at the stars.|The night was very long.]",
        'But {F}, {a_friend}, had heard everything. {F} [ran from door to door|told everyone] and said, "[My grandmother loved this {noun}|This {noun} was here before all of us]. Let us save it!"',
        "In the morning, everyone came with [paint and brushes|soap and warm water]. They cleaned it until it shone. Now the {noun} is the [pride|most loved thing] of the whole place, and {F} visits it every Sunday.",
        "But the next morning only {F} came. They took the {noun} away, and {F} kept [one small piece of it|a picture of it] in a box under the bed.",
    ),
    Plot(
        "friendship",
        "It was [quiet|lonely] there. The {noun} wished for only one thing: [someone to talk to|a friend].",
        "It called to [the clouds, but they were always in a hurry|the wind, but it only whispered and moved on]. It spoke to the rain, but the rain [never stayed|only fell].",
        'One morning, {a_friend} named {F} sat down beside the {noun}, [tired from a long journey|hungry and tired]. "[May I rest here|Is this place free]?" asked {F}. "[Please stay|Of course]," said the {noun}.',
        "{F} stayed for an hour, then for a day, and then for [good|many years]. [They told each other stories every night.|In the evenings they counted the stars together.] The {noun} had never been so happy.",
        "They talked all summer. But when the first snow fell, {F} had to go. The {noun} [waited for many winters|counted the days], and the wind [brought no answer|was its only guest].",
    ),
    Plot(
        "a child",
        "A {f_child} named {F} came there every day after school. {F} told the {noun} [all {f_his} secrets|about {f_his} day].",
        "But one autumn, {F} [fell ill|did not come any more]. The {noun} waited [for weeks|day after day], and [the leaves fell|the days grew cold].",
        'One night, the [wind|moon] told the {noun}, "{F} is [sick in bed|sad and far away]." So the {noun} asked the wind to carry a message: "[I am waiting for you|Come back soon]."',
        '{F} heard it in a dream and [smiled|slept well for the first time]. When spring came, {F} was [well again|home again] and ran to the {noun} first of all. "I heard you," {f_he} said.',
        'The message came too late. In spring, a letter lay beside the {noun}. "[Thank you for listening|You were my best friend]," it said, and the {noun} has kept it ever since.',
    ),
)

SENTENCES = (
    "{A_hero} named {N} lost {his} {item}, looked for it all day, and found a friend instead.",
    "{A_hero} named {N} was afraid of the dark until {he} met {a_friend} who was afraid of the light.",
    "Once there was {a_hero} named {N} who planted a seed, waited all spring, and learned that good things take time.",
    "{A_hero} named {N} shared {his} last bread with {a_friend} and was never hungry again.",
    "{N}, {a_hero}, walked to the end of the world and found that home was the best place of all.",
    "{A_hero} named {N} wished for a friend, and one rainy night {a_friend} knocked at the door.",
)

STILL_SENTENCES = (
    "{A_hero} waited alone for many years until {a_friend} sat down beside it and stayed.",
    "Once there was {a_hero} that thought it was useless, until one foggy night it showed {a_friend} the way home.",
    "{A_hero} was nearly thrown away, but {a_friend} loved it and everyone saw how beautiful it was.",
)

ITEMS = (
    "red scarf", "silver bell", "little drum", "blue marble", "wooden spoon", "golden key",
    "warm hat", "small lantern", "old flute", "green umbrella", "tin cup", "paper boat",
)  # fmt: skip

SPOTS = (
    "behind the old mill", "under the big oak", "near the river", "by the bridge",
    "behind the church", "at the edge of the woods", "beside the pond", "near the market",
    "under the apple tree", "by the old well",
)  # fmt: skip
