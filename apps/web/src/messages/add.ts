import type { Messages } from '../data/messages.ts'

export const addMessages = {
  'add.title': { en: 'Add', zh: '添加' },
} as const satisfies Messages
