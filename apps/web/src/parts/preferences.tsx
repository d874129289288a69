import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { MoonIcon, SunIcon } from '@radix-ui/react-icons'
import { useWords } from './language.tsx'

/** Language and brightness, also before signing in. */
export function Preferences() {
  const { t, language, setLanguage } = useWords()
  const { setColorScheme } = useMantineColorScheme()
  const isDark = useComputedColorScheme('light') === 'dark'
  return (
    <>
      <button
        type="button"
        className="text-button"
        lang={language === 'zh' ? 'en' : 'zh-CN'}
        onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
      >
        {t('shell.language')}
      </button>
      <button
        type="button"
        className="icon-button icon-button-large"
        aria-label={t('shell.dark')}
        title={t('shell.dark')}
        onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
      >
        {isDark ? <SunIcon width={16} height={16} /> : <MoonIcon width={16} height={16} />}
      </button>
    </>
  )
}
