import { afterEach, describe, expect, it, vi } from 'vitest';
import { choose, followHost, language, languageFor, locale, onLanguage } from './language';
import { t } from './card';
import { named } from './console';

const browser = (...languages: string[]): void => {
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(languages);
};

afterEach(() => {
  vi.restoreAllMocks();
  followHost(null);
});

describe('the language', () => {
  it('is the first of the browser’s that has texts, with the reader’s own region for numbers and dates', () => {
    browser('de-AT', 'es-MX', 'en-GB');
    expect([language(), locale()]).toEqual(['es', 'es-MX']);
    browser('pt-PT');
    expect([language(), locale()]).toEqual(['pt-BR', 'pt-PT']);
    browser('fr');
    expect([language(), locale()]).toEqual(['en', 'en']);
  });
  it('is the help desk’s inside one, and the reader’s choice above all', () => {
    browser('en-US');
    followHost('pt_BR');
    expect([language(), locale(), document.documentElement.lang]).toEqual(['pt-BR', 'pt-BR', 'pt-BR']);
    followHost('xx');
    expect(language()).toBe('en');
    choose('es');
    expect([language(), localStorage.getItem('sidelight.language')]).toEqual(['es', 'es']);
    choose(null);
    expect([language(), localStorage.getItem('sidelight.language')]).toEqual(['en', null]);
  });
  it('tells who listens that it has changed', () => {
    const heard = vi.fn();
    const stop = onLanguage(heard);
    choose('es');
    stop();
    choose('en');
    expect(heard).toHaveBeenCalledTimes(1);
  });
  it('understands tags as vendors write them', () => {
    expect(['pt', 'pt-br', 'PT_PT', 'es-419', 'en_GB', 'de', ''].map(languageFor)).toEqual([
      'pt-BR',
      'pt-BR',
      'pt-BR',
      'es',
      'en',
      null,
      null,
    ]);
  });
});

describe('a text', () => {
  it('fills in values, writes numbers as the locale does, and picks the plural form', () => {
    browser('en-US');
    expect(t('openTotal', { count: 1 })).toBe('in 1 open opportunity');
    expect(t('openTotal', { count: 1502 })).toBe('in 1,502 open opportunities');
    choose('pt-BR');
    expect(t('openTotal', { count: 1502 })).toBe('em 1.502 oportunidades abertas');
  });
  it('of an unknown code is the code made readable', () => {
    browser('en-US');
    expect(named('code', 'ALREADY_MAPPED')).toBe('Already linked to another record');
    expect(named('code', 'SOMETHING_NEW')).toBe('Something new');
  });
});
