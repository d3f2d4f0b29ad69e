import type { Message, Prompt } from '../engine/types.ts'

/** Shorter blocks find more, longer ones cost less. */
export const blockLength = 128
/** 32,768 characters tell conversations apart; what comes after them is not looked at. */
const maxBlocks = 256

/** FNV-1a, 32 bits: a collision costs a wrong guess of where a prefix is cached, nothing else. */
const offsetBasis = 0x811c9dc5
const prime = 0x01000193

/** Hashes of the first 128 characters of the prompt, of the first 256, and so on; whole blocks only. */
export function hashPrompt(prompt: Prompt): number[] {
  const chain = createChain()
  switch (prompt.kind) {
    case 'text':
      chain.addText(prompt.text)
      break
    case 'tokens':
      chain.addNumbers(prompt.tokens)
      break
    case 'chat':
      // The whole conversation: many share their first message, which is the system prompt.
      for (const message of prompt.messages) {
        if (chain.isFull()) break
        renderMessage(message).forEach(chain.addText)
      }
      break
  }
  return chain.blocks
}

/** A token counts as the four characters that it stands for on average. */
export function measurePrompt(prompt: Prompt): number {
  if (prompt.kind === 'text') return prompt.text.length
  if (prompt.kind === 'tokens') return prompt.tokens.length * 4
  return prompt.messages.reduce(
    (sum, message) => sum + renderMessage(message).reduce((length, part) => length + part.length, 0),
    0,
  )
}

/** The zero character separates, so that text cannot look like the start of another turn. */
const renderMessage = ({ role, name, text, toolCallId, toolCalls }: Message): string[] => [
  role,
  ...(name === undefined ? [] : [name]),
  ...(toolCallId === undefined ? [] : [toolCallId]),
  '\0',
  text,
  ...(toolCalls ?? []).flatMap((call) => ['\0', call.name, call.argumentsJson]),
  '\0',
]

function createChain() {
  const blocks: number[] = []
  let hash = offsetBasis
  let length = 0
  const isFull = () => blocks.length === maxBlocks
  /** Locals and a plain loop: this runs once per character of every prompt. */
  const addUnits = (count: number, at: (index: number) => number, width: number) => {
    let state = hash
    let filled = length
    for (let index = 0; index < count; index++) {
      state = Math.imul(state ^ at(index), prime)
      filled += width
      if (filled < blockLength) continue
      filled = 0
      blocks.push(state >>> 0)
      if (blocks.length === maxBlocks) break
    }
    hash = state
    length = filled
  }
  return {
    blocks,
    isFull,
    addText(text: string) {
      if (!isFull()) addUnits(text.length, (index) => text.charCodeAt(index), 1)
    },
    addNumbers(numbers: readonly number[]) {
      addUnits(numbers.length, (index) => numbers[index]!, 4)
    },
  }
}
