import type { ComponentType } from 'react'
import type { MessageKey, Values } from './messages.ts'
import type { Right } from './permissions.ts'

/** A text of the console with what fills it in. */
export interface Said {
  key: MessageKey
  values?: Values
}

/** What is asked before something is done that cannot be taken back. */
export interface Question {
  title: Said
  text: Said
  /** Has to be typed to go on: for what destroys data. */
  typed?: string
}

export interface DialogProps<T> {
  target: T
  close: () => void
}

/** What an action may use of the page it is started from. */
export interface ActionContext {
  go(path: string): void
  /** Shows a dialog; its code is loaded when it is asked for. */
  open<T>(load: () => Promise<{ Dialog: ComponentType<DialogProps<T>> }>, target: T): void
  /** Tells in passing. */
  say(said: Said): void
}

/**
 * One thing people can do, said once: menus, buttons, the palette and the keyboard all use this value.
 * `T` is what it is done to, `void` for what needs nothing.
 */
export interface Action<T> {
  /** As `app.rollback`; unique. */
  id: string
  label: MessageKey
  icon: ComponentType<{ width?: number; height?: number }>
  /** As `r`, `g h` (one after the other) or `mod+enter`; works where the action is offered. */
  shortcut?: string
  isDangerous?: boolean
  /** Who lacks this is not offered the action. */
  right?: (target: T) => Right | undefined
  /** Why it cannot be done now, shown in place of doing it; `hidden` when it makes no sense here. */
  obstacle?: (target: T) => MessageKey | 'hidden' | undefined
  question?: (target: T) => Question
  run: (target: T, context: ActionContext) => unknown
  /** Told when `run` has succeeded. */
  done?: MessageKey
}

/** An action with what it is done to, as a page offers it to palette and keyboard. */
export interface Offer {
  action: Action<unknown>
  target: unknown
  /** What it is done to, in the words of the person: `shop/web`. */
  subject?: string
}

export const offer = <T>(action: Action<T>, target: T, subject?: string): Offer => ({
  action: action as Action<unknown>,
  target,
  ...(subject && { subject }),
})
