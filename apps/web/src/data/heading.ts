import { knownKey, type MessageKey } from './messages.ts'

/** The text for a heading the server's table has; undefined when there is none: then it is shown as it comes. */
export const headingKey = (name: string): MessageKey | undefined =>
  knownKey(`heading.${name.toLowerCase().replace(/[^a-z]/g, '')}`)
