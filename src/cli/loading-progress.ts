/** What a spinner says while a model loads; for the `onProgress` of the client's `loadModel`. */
export const createLoadingProgress =
  (model: string, report: (text: string) => void) =>
  ({ completed }: { completed: number }): void =>
    report(`loading ${model} ${Math.round(completed * 100)}%`)
