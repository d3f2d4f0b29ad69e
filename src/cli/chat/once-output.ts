/** Where the answer to one question goes. */
export type OnceOutput = NodeJS.WritableStream & { isTTY?: boolean }
