import type { Messages } from '../data/messages.ts'

export const homeMessages = {
  'home.allWell': { en: 'Everything that should run is running.', zh: '一切正常运行。' },
  'home.apps': { en: '{count} apps', zh: '{count} 个应用' },
  'home.appsFailing': { en: '{count} failing', zh: '{count} 个异常' },
  'home.appsRunning': { en: '{count} running', zh: '{count} 个运行中' },
  'home.oneApp': { en: '1 app', zh: '1 个应用' },
  'home.failed': { en: 'Needs attention', zh: '需要处理' },
  'home.firstProject': { en: 'Create your first project', zh: '创建第一个项目' },
  'home.firstProjectHelp': {
    en: 'A project holds apps, the environments they run in, and the people who may change them.',
    zh: '项目包含应用、运行环境以及可以修改它们的成员。',
  },
  'home.noRuns': { en: 'Nothing has been built yet.', zh: '还没有构建过。' },
  'home.projects': { en: 'My projects', zh: '我的项目' },
  'home.recent': { en: 'Recent runs', zh: '最近的流水线' },
  'home.running': { en: 'Running now', zh: '正在进行' },
  'home.serving': { en: 'Running apps', zh: '运行中的应用' },
  'home.servingMore': { en: 'and {count} more in the projects', zh: '其余 {count} 个请到项目中查看' },
  'home.title': { en: 'Home', zh: '首页' },
} as const satisfies Messages
