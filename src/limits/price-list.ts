/** US dollars per million tokens. */
export type Price = { input: number; cached?: number | undefined; output: number }

export type Tokens = { prompt: number; cached: number; completion: number }

export type PriceList = {
  /** Billionths of a US dollar, rounded up; undefined: nobody said what this model costs. */
  costOf(model: string, tokens: Tokens): number | undefined
}

/** A dollar per million tokens is a thousand billionths per token. */
const nanoPerToken = 1000

export const createPriceList = (prices: Record<string, Price>): PriceList => ({
  costOf(model, { prompt, cached, completion }) {
    const price = Object.hasOwn(prices, model) ? prices[model] : prices['*']
    if (!price) return undefined
    const fresh = Math.max(0, prompt - cached)
    const dollars =
      fresh * price.input + (prompt - fresh) * (price.cached ?? price.input) + completion * price.output
    // A two-thousandth less, or 0.1 + 0.2 would cost a billionth more.
    return Math.max(0, Math.ceil(dollars * nanoPerToken - 0.0005))
  },
})
