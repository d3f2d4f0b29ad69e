import { createHash } from 'node:crypto'
import { createRandom, type Random } from '../arrivals/random.ts'

/** Common English words: most tokenizers have each of them, with the space before it, as one token. */
export const commonWords =
  `time year people way day man thing woman life child world school state family student group country
problem hand part place case week company system program question work government number night point home water room
mother area money story fact month lot right study book eye job word business issue side kind head house service friend
father power hour game line end member law car city community name president team minute idea body information back
parent face others level office door health person art war history party result change morning reason research girl guy
moment air teacher force education foot boy age policy music market sense nation plan college interest death experience
effect use class control care field development role effort rate heart drug show leader light voice wife whole police
mind price report decision son view town road arm difference value building action season society tax director
position player record paper space ground form event official matter center couple site project star table need court
oil situation cost industry figure street image phone data picture practice piece land product doctor wall patient
worker news test movie north love support technology step baby computer type attention film tree source hair look
design analysis bar meeting size window risk fire series bank west sport board subject officer rest behavior
performance fight top second order author`.split(/\s+/)

/** From the text alone, so that two threads and two runs with the same nonce draw alike. */
export const randomOf = (text: string): Random =>
  createRandom(createHash('sha256').update(text).digest().readUInt32LE(0))

export const drawWords = (random: Random, count: number, words: string[] = commonWords): string =>
  Array.from({ length: count }, () => words[Math.floor(random() * words.length)]!).join(' ')
