import type { Messages } from '../data/messages.ts'

export const paletteMessages = {
  'palette.actions': { en: 'Here', zh: '当前页' },
  'palette.apps': { en: 'Apps', zh: '应用' },
  'palette.cut': {
    en: 'There are very many {kinds}: beyond the first 20,000, type the whole name.',
    zh: '{kinds} 数量过多：前 20,000 个之外的请输入完整名称。',
  },
  'palette.empty': { en: 'Nothing is called “{text}”.', zh: '没有名为“{text}”的内容。' },
  'palette.hint': { en: 'Search for pages, apps, objects, actions…', zh: '搜索页面、应用、对象、操作…' },
  'palette.objects': { en: 'Objects', zh: '对象' },
  'palette.pages': { en: 'Go to', zh: '前往' },
  'palette.projects': { en: 'Projects', zh: '项目' },
} as const satisfies Messages
