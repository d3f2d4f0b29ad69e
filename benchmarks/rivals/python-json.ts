/** Python's writer has words that JSON has not: a rate without a limit is `Infinity`, a median of nothing is `NaN`. */
export const parsePythonJson = (text: string): unknown =>
  JSON.parse(text.replaceAll(/(?<=[:[,]\s*)-?(?:Infinity|NaN)(?=\s*[,\]}])/g, 'null'))
