/** One ref of a push, as git hands it to a hook. */
export interface Update {
  before: string
  after: string
  ref: string
}
