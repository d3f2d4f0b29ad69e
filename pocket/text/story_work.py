"""Trouble that belongs to one subject: what it does all day, what fails and what mends it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    daily: str
    trouble: str
    attempt: str
    cause: str
    mended: str
    lost: str


WORK: dict[str, Work] = {
    "robot": Work(
        "[swept the floor and sorted the tools|watered the plants and fixed the lamps]",
        "{his} battery [began to run low|would not charge any more]",
        "{He} [turned off every light|moved as slowly as {he} could], but [it did not help|the numbers kept falling]",
        "found a tiny loose wire behind {his} back",
        "With one small click, the battery was full again, and the eyes of {N} shone bright and blue",
        "But the battery was too old. {N} waved once more, and the blue eyes went dark",
    ),
    "dragon": Work(
        "lit the lamps of the village with {his} fire",
        "{his} fire [went out|would not burn any more]",
        "{He} [ate hot peppers|drank boiling soup] and [coughed|breathed] as hard as {he} could, but only [a bit of smoke|a small grey cloud] came out",
        "saw that {N} was simply [sad|cold] and made {him} laugh",
        "{N} laughed so hard that a great golden flame filled the sky, and every lamp was bright again",
        "But the fire never came back. The village was dark, and {N} flew away over the mountains",
    ),
    "lighthouse": Work(
        "showed the ships the way home",
        "the great lamp [went dark|would not burn]",
        "The keeper [turned every wheel|cleaned the glass], but [the light did not come back|it stayed dark]",
        "climbed the long stairs and found a bird nest in the lamp room",
        "They moved the nest to a safe place and lit the lamp, and every ship came home",
        "They worked all night, but one small boat did not come home. Since then the lamp has never gone out",
    ),
    "river": Work(
        "carried water to the fields and the mill",
        "the water [grew thin and slow|almost stopped]",
        "The farmers [dug deeper wells|prayed for rain], but [the fields stayed dry|no rain came]",
        "walked up into the hills and found a fallen tree that blocked the water",
        "They pulled the tree away, and the river ran down to the fields again, singing over the stones",
        "They could not move it. The river found another way, and the old mill never turned again",
    ),
    "clock": Work(
        "told the whole town the time",
        "it [stopped at ten past four|began to run backwards]",
        "The mayor [shouted at it|called three clockmakers], but [nobody knew what to do|it did not move]",
        "opened the little door and found a [sleeping mouse|small feather] between the wheels",
        "With a soft tick and a loud tock, the clock began to run, and the town was on time again",
        "But a wheel was broken, and nobody could make another. It has been ten past four ever since",
    ),
    "baker": Work(
        "baked bread for the whole village",
        "the bread [would not rise|came out flat as a plate]",
        "{He} [tried new flour|got up even earlier], but [every loaf was hard as a stone|it did not help]",
        "noticed that the window was open and the dough was cold",
        "They closed the window, the dough rose like a cloud, and the whole street smelled of fresh bread",
        "But by then everyone had gone to another shop, and {N} closed the bakery for good",
    ),
    "cat": Work(
        "caught mice in the old library",
        "{he} [lost {his} meow|could not purr any more]",
        "{He} [drank warm milk|slept for two days], but [no sound came out|it did not help]",
        "sat down beside {him} and began to [sing a silly song|hum very softly]",
        "{N} tried to sing along, and suddenly a loud, clear meow filled the room",
        "But no sound ever came. {N} learned to speak with {his} tail, and {his} nights were very quiet",
    ),
    "train": Work(
        "carried people from the mountains to the sea",
        "{he} [got stuck in the snow|could not climb the steep hill]",
        "{He} [puffed and puffed|rang the bell], but the wheels only [slipped|turned in place]",
        "brought sand and spread it on the rails",
        "Slowly, then faster, {N} rolled over the hill, and the people cheered from every window",
        "It was too late in the year. {N} waited there until spring, all alone in the snow",
    ),
    "bridge": Work(
        "carried people across the water",
        "one of its stones [began to shake|fell into the water]",
        "The people [put up a sign|walked on tiptoe], but [the crack grew|it got worse every day]",
        "found the missing stone at the bottom of the river",
        "Together they put it back, and the bridge stood as strong as ever",
        "That night the bridge fell. People still stop at the water and look to the other side",
    ),
    "moon": Work(
        "lit the path of everyone who was out at night",
        "a thick cloud [covered it for many nights|would not go away]",
        "The moon [shone as hard as it could|pushed and pulled], but [the nights stayed dark|nobody saw it]",
        "asked the wind very politely for help",
        "The wind took one deep breath, the cloud was gone, and the whole sea turned silver",
        "The wind did not listen, and the travellers had to find their way in the dark",
    ),
    "star": Work(
        "shone above the roof of a small house",
        "it felt [too small to matter|lost among so many others]",
        "It [tried to shine brighter|called out to the moon], but [nobody looked up|nobody answered]",
        "looked up from a little boat, far from home, and found the way by that one star",
        "The star saw the boat come safely home, and it never felt small again",
        "The star grew tired and fell. The people below made a wish, and that was all",
    ),
    "windmill": Work(
        "ground the corn of the whole valley",
        "the wind [stopped blowing|went away]",
        "The miller [waited and waited|pushed the sails by hand], but [they did not turn|it was no use]",
        "flew a red kite to call the wind back",
        "The wind came to look at the kite, and the sails began to turn again",
        "The wind stayed away. Today birds live in the mill, and the sails are still",
    ),
    "wizard": Work(
        "mended broken things with a little magic",
        "all {his} spells [went wrong|came out backwards]",
        "{He} [read {his} old books again|waved the wand harder], but the [spoon turned into a frog|chair grew feathers]",
        "noticed that {he} was holding the wand the wrong way round",
        "{N} turned it around, said the word, and everything was mended, even the frog",
        "But the magic was used up. {N} put the wand in a drawer and never opened it again",
    ),
    "tree": Work(
        "gave shade to everyone who passed",
        "its leaves [turned brown in June|began to fall too early]",
        "The people [brought water|sang to it], but [the leaves kept falling|it did not help]",
        "dug around the roots and took away a heavy old chain",
        "In spring the tree was greener than ever, and children played in its shade again",
        "But it was too late. They made a bench of its wood, and people still rest there",
    ),
}
