/** https://no-color.org: any value but the empty one switches colour off. */
export const createDim = (
  output: { isTTY?: boolean },
  environment: NodeJS.ProcessEnv,
): ((text: string) => string) => {
  const plain = !output.isTTY || Boolean(environment.NO_COLOR) || environment.TERM === 'dumb'
  return (text) => (plain ? text : `\x1b[2m${text}\x1b[22m`)
}
