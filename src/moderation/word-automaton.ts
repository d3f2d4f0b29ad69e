/** Aho-Corasick over folded symbols. Node 0 is the root. */
export type WordAutomaton = {
  /** The node after one more symbol: the longest end of the text that some word begins with. */
  next(node: number, symbol: number): number
  /** Symbols on the way from the root to the node. */
  depth(node: number): number
  /** Lengths of the words that end here, longest first. */
  lengths(node: number): readonly number[]
}

const none: readonly number[] = []

export function createWordAutomaton(words: readonly (readonly number[])[]): WordAutomaton {
  const most = words.reduce((total, word) => total + word.length, 1)
  const edges = createEdges(most)
  const depths = new Uint16Array(most)
  const fallback = new Int32Array(most)
  const lengths: (readonly number[])[] = [none]
  let size = 1
  for (const word of words) {
    let node = 0
    for (const symbol of word) {
      let child = edges.get(node, symbol)
      if (child === 0) {
        child = size++
        edges.set(node, symbol, child)
        depths[child] = depths[node]! + 1
        lengths[child] = none
      }
      node = child
    }
    if (node !== 0) lengths[node] = [depths[node]!]
  }
  const next = (node: number, symbol: number): number => {
    for (;;) {
      const child = edges.get(node, symbol)
      if (child !== 0 || node === 0) return child
      node = fallback[node]!
    }
  }
  // Parents before children: a node's fallback is less deep than the node.
  const inOrder = edges.list().toSorted((one, other) => depths[one.child]! - depths[other.child]!)
  for (const { node, symbol, child } of inOrder) {
    fallback[child] = node === 0 ? 0 : next(fallback[node]!, symbol)
    const shorter = lengths[fallback[child]!]!
    if (shorter.length > 0) lengths[child] = [...lengths[child]!, ...shorter]
  }
  return { next, depth: (node) => depths[node]!, lengths: (node) => lengths[node]! }
}

/** (node, symbol) -> child in one flat hash table: a Map per node takes ten times the memory. 0: no edge. */
function createEdges(count: number) {
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, count * 2)))
  const nodes = new Int32Array(size)
  const symbols = new Int32Array(size)
  const children = new Int32Array(size)
  const find = (node: number, symbol: number): number => {
    let place = (Math.imul(node, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b)) >>> 0
    place = (place ^ (place >>> 15)) & (size - 1)
    while (children[place] !== 0 && (nodes[place] !== node || symbols[place] !== symbol))
      place = (place + 1) & (size - 1)
    return place
  }
  return {
    get: (node: number, symbol: number): number => children[find(node, symbol)]!,
    set(node: number, symbol: number, child: number): void {
      const place = find(node, symbol)
      nodes[place] = node
      symbols[place] = symbol
      children[place] = child
    },
    list: () =>
      Array.from(children.keys())
        .filter((place) => children[place] !== 0)
        .map((place) => ({
          node: nodes[place]!,
          symbol: symbols[place]!,
          child: children[place]!,
        })),
  }
}
