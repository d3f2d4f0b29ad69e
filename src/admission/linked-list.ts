export type ListNode<T> = {
  readonly value: T
  before: ListNode<T> | undefined
  after: ListNode<T> | undefined
}

/** First in, first out, and anybody can leave from the middle in no time, however long it is. */
export class LinkedList<T> {
  first: ListNode<T> | undefined
  last: ListNode<T> | undefined
  length = 0

  append(value: T): ListNode<T> {
    const node: ListNode<T> = { value, before: this.last, after: undefined }
    if (this.last) this.last.after = node
    else this.first = node
    this.last = node
    this.length += 1
    return node
  }

  /** The node must be in this list. */
  remove({ before, after }: ListNode<T>): void {
    if (before) before.after = after
    else this.first = after
    if (after) after.before = before
    else this.last = before
    this.length -= 1
  }
}
