import { phrases } from './phrases.ts'

/** What the dialog says that goes back to an earlier revision. */
export const rollbackText = phrases({
  none: {
    en: 'There is no earlier revision to go back to.',
    zh: '没有可以回滚的历史版本。',
  },
  revision: { en: 'Revision {number}', zh: '修订版本 {number}' },
  now: { en: 'It has revision {number} now.', zh: '当前为修订版本 {number}。' },
  to: { en: 'Back to', zh: '回滚到' },
})
