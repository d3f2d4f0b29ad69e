"""Plots for heroes that can move: each links one problem to its own turn and endings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plot:
    theme: str
    problem: str
    attempt: str
    turn: str
    happy: str
    sad: str


MOVING: tuple[Plot, ...] = (
    Plot(
        "a lost thing",
        "[One morning|One day|One windy afternoon], {N} could not find {his} {item}. [It was a gift from {his} grandmother|{He} had kept it for years|It was {his} favourite thing in the world].",
        "{He} looked [under every stone|behind every door|in every corner] and [asked everyone {he} met|searched until the sun went down], but [found nothing|nobody had seen it].",
        'Then {a_friend} named {F} [came by|stopped to help]. "[I saw something shining|I think I saw it] {spot}," said {F}. They went there together.',
        "And there it was! {N} [hugged {F}|jumped for joy] and [held the {item} tight|promised to take better care of it]. [Since that day|From then on], {N} and {F} [shared everything|were the best of friends].",
        "But the {item} [was broken in two|had been carried away by the water]. {N} [cried for a long time|sat down and wept], and {F} [stayed beside {him}|did not leave]. [Some things do not come back|Not everything that is lost can be found], but {N} was glad not to be alone.",
    ),
    Plot(
        "friendship",
        "{N} had [everything except a friend|a good home, but nobody to talk to]. The days were long, and the evenings were [very quiet|even longer].",
        "{He} [said hello to everyone|tried to join the others at play], but they were always [too busy|in a hurry]. [Soon {N} stopped trying.|{N} went home alone again.]",
        "One [rainy|cold|foggy] evening, {he} heard someone [crying|singing softly] {spot}. It was {a_friend} named {F}, who was [lost and cold|just as lonely as {he} was].",
        "{N} [shared {his} supper with {F}|invited {F} home], and they talked until [midnight|the stars came out]. After that, [neither of them was ever lonely again|they met every single day].",
        "They spent a [wonderful|happy] summer together. But when autumn came, {F} had to [move far away|leave for the south]. {N} [waved until {F} was out of sight|watched the road for a long time] and still [remembers that summer|misses {F}] every day.",
    ),
    Plot(
        "courage",
        "There was only one problem: {N} was afraid of [the dark|deep water|thunder|high places|strangers]. [Everybody knew it|{He} never told anyone].",
        '{He} tried to [be brave|hide it], but {his} [heart beat fast|knees shook] every time. "I will never be brave," {he} [sighed|thought].',
        "One [stormy|dark] night, {a_friend} named {F} [called for help|cried out] {spot}. There was nobody else to help. {N} [took a deep breath|closed {his} eyes for a moment] and went.",
        '{He} [reached {F} just in time|found {F} and led {f_him} home]. "You are the bravest friend I know," said {F}. {N} smiled. [{He} had been afraid, and {he} had gone anyway.|Being brave, {he} learned, means being afraid and going anyway.]',
        "But {he} had waited [too long|a moment too long], and {F} [was hurt|had fallen ill from the cold]. {N} [looked after {F} all winter|sat beside {F} every night] and [wished {he} had gone sooner|never forgave {his} own fear].",
    ),
    Plot(
        "learning",
        "More than anything, {N} wanted to learn how to [sing|dance|paint|play the flute|juggle]. [The others only laughed|Everyone said it was impossible].",
        "{He} practised [every day|every evening], but it [went wrong|ended badly] again and again. [Once {he} even fell into a pond.|Once {he} almost gave up.]",
        'Then {N} met {a_friend} named {F}, who was a [great|patient] teacher. "[Do it slowly|Start with something small]," said {F}. "[Then do it again|Small steps are still steps]."',
        "[Week after week|Day after day], {N} got [a little better|better and better]. At the [spring|summer] fair {he} showed everyone what {he} had learned, and [the whole crowd clapped|even those who had laughed clapped their hands].",
        "{N} worked hard, but on the day of the fair {he} [made a mistake in front of everyone|forgot everything]. {He} [walked home in the rain|went home alone]. {F} [put a cup of tea in front of {him}|sat down beside {him}] and said nothing, because there was nothing to say.",
    ),
    Plot(
        "kindness",
        "It was a [long|hard|cold] winter, and there was [very little|almost nothing] to eat. {N} had only [one loaf of bread|a small bag of nuts|one pot of soup] left.",
        "{He} [counted it again and again|wanted to keep it all], because {he} did not know [how long the snow would stay|when spring would come].",
        'One night, {a_friend} named {F} knocked [softly|at the door]. "[Please, I am so hungry|I have not eaten for two days]," said {F}. {N} [thought for a moment|looked at the food], [opened the door wide|smiled] and shared it.',
        "In the morning there was a [big basket|full bag] of [apples|food] outside. All the neighbours had heard what {N} had done, and each had brought something. [There was enough for everyone until spring.|Nobody was hungry again that winter.]",
        "They ate in silence. The snow stayed [longer than ever|for many weeks], and both of them grew [thin and weak|weaker every day]. When spring came, {F} was gone. {N} planted [a flower|an apple tree] {spot} in memory of a friend.",
    ),
    Plot(
        "a mystery",
        "Every night, {N} heard a strange [noise|knocking|rustling] {spot}. It [began at midnight|came when the moon was high] and [stopped at dawn|went on for hours].",
        "[At first {he} hid under a blanket.|{He} covered {his} ears.] [Then {he} set a trap, but it stayed empty.|Then {he} left a light on, but the noise came back.]",
        "At last {N} took a [lantern|candle] and went to look. [Step by step|Very slowly], {he} came closer. And there sat {a_friend}, who [snored like a bear|was eating nuts from a tin cup|was practising the drum]!",
        '"[Sorry|Excuse me]," said the {friend_noun}. "My name is {F}. I did not mean to wake you." {N} [laughed until {he} could not stand|laughed and laughed]. The next night they [made music together|ate nuts together], and [nobody in the whole place could sleep|the noise was twice as loud].',
        "The {friend_noun} looked up in fright and [ran away into the night|ran off]. The noise never came back. The nights were quiet now, [too quiet|much too quiet], and {N} [wished {he} had said hello|missed it more than {he} could say].",
    ),
    Plot(
        "a treasure",
        "One day, {N} found an old map {spot}. A red cross marked a place [behind the hills|on the other side of the river].",
        "{He} walked for [three days|a whole day] and dug [a deep hole|until {his} arms hurt]. There was [nothing but sand|nothing in it but an old shoe].",
        "On the way home, {N} met {a_friend} named {F}, who [was stuck in the mud|had hurt a leg|had lost the way]. {N} [put down the map and helped|stopped at once and helped].",
        '"[Thank you|How kind of you]," said {F}. "You have the map upside down!" They laughed and dug [again|in the right place]. Inside the chest lay [two golden cups|a silver bell|a big bag of coins], and they shared it. [But the better treasure was the friend.|{N} always said the best find was {F}.]',
        "When {N} looked for the map again, the wind had taken it. [The treasure was never found.|Nobody ever found the treasure.] {N} [grew old|sat at home] and often thought of the red cross behind the hills.",
    ),
    Plot(
        "honesty",
        "One afternoon, {N} [knocked over|dropped] a [beautiful|precious] [vase|glass bowl] that belonged to {F}, {a_friend}. It broke into a hundred pieces.",
        "{N} [hid the pieces under a bush|swept the pieces under a rug] and [said nothing|ran home]. But that night {he} [could not sleep|lay awake and felt terrible].",
        'In the morning {N} [went to {F}|knocked on the door of {F}] and told the truth. "[I broke it, and I am sorry|It was me, and I am very sorry]," {he} said.',
        '{F} was quiet for a while and then smiled. "[It was only a thing|Things can be replaced]," said {F}. "A friend who tells the truth is worth more." Together they [glued the pieces|made a new one], and it was [even more beautiful|prettier] than before.',
        '{F} [looked at the floor|turned away]. "It was the last thing I had from my mother," said {F}. They [stayed friends|spoke again in time], but [it was never quite the same|something small and bright was gone].',
    ),
    Plot(
        "a race",
        "[Every summer|Once a year] there was a great race {spot}, and {N} [wanted to win it|dreamed of winning] more than anything.",
        '{He} trained every morning, but {he} was always [the last|a little too slow]. [The others called {him} a snail.|"Give up," said the others.]',
        "On the day of the race, {N} was [in front for the first time|running well]. Then {he} saw {a_friend} named {F}, who had [fallen|tripped on a root]. {N} [stopped|turned around] and helped {F} up.",
        'They crossed the line together, last of all. But the judge [gave them both the golden cup|put the medal around both of them]. "[Anyone can run|Many can be fast]," said the judge. "[Few can stop|Few are kind]."',
        "The others ran past, and {N} came last again. [Nobody clapped.|Nobody even noticed.] {N} walked home [in the rain|in silence], and only {F} knew what {he} had done.",
    ),
    Plot(
        "a storm",
        "One night, a terrible storm came. The wind [howled|roared], and the water [rose and rose|rose higher and higher].",
        "{N} [closed the windows|tried to keep everything dry] and waited, but then {he} heard a voice {spot}. It was {F}, {a_friend}, [caught in the storm|trapped by the water].",
        '{N} [took a long rope|found a long branch] and [fought against the wind|went out into the rain]. "Hold on!" {he} called. {F} [held on with all {f_his} strength|held on tight].',
        'Slowly, very slowly, {N} pulled {F} to safety. When the sun rose, they [sat together with hot soup|watched the clouds go], tired and happy. ["I owe you my life," said {F}.|"No storm lasts forever," said {F}.]',
        "But the rope [broke|slipped], and the dark water took {F} away. In the morning the sea was [calm|quiet and blue], as if nothing had happened. {N} still [lights a candle|leaves a light on] whenever the wind blows.",
    ),
    Plot(
        "patience",
        'One spring, {N} planted a [tiny|small brown|strange] seed {spot}. "[Grow|Hurry up]," {he} told it, and waited.',
        "[Nothing happened.|A week went by, and nothing happened.] {N} watered it too much, [sang to it|shouted at it], and even dug it up to look. [Still nothing came.|It did not help at all.]",
        '"What are you doing?" asked {F}, {a_friend}. "Waiting," said {N}, "but it does not work." {F} laughed. "[Good things take time|You must let it sleep]. [Come and walk with me|Let us do something else]."',
        "They walked and talked all through [April|May]. And one morning there it stood: a [tall|bright|wonderful] [sunflower|red rose|young tree]! {N} [clapped with delight|could not stop smiling]. [Good things need time, and good company makes the time short.|From then on, {N} was a little more patient.]",
        "But that night a [late frost|hard frost] came, and the seed never [opened|woke up]. {N} [kept the empty pot|left the little spot bare] for many years, [just in case|because it is hard to stop hoping].",
    ),
    Plot(
        "a surprise",
        "It was the birthday of {N}, and [nobody seemed to remember it|nobody said a word].",
        '{He} [walked up and down the street|visited everyone {he} knew], but all of them [were busy|had no time]. "[They forgot me|Nobody cares]," thought {N}.',
        'In the evening, {F}, {a_friend}, knocked on the door. "[Come quickly|I need your help]," said {F}, and led {N} to a little house {spot}. It was [very dark and quiet|completely dark].',
        'Suddenly a hundred lights went on. "[Surprise|Happy birthday]!" shouted everyone. There was [a huge cake|music and dancing] and [a present from each friend|a song just for {N}]. {N} [laughed and cried at once|had never been so happy].',
        "But it was only to [close a gate|carry a heavy box]. {N} helped, said good night and walked home. {He} [lit one small candle|made a small wish] and [blew it out again|went to bed early].",
    ),
)
