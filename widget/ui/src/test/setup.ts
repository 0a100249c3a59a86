import { cleanup } from '@testing-library/preact';
import { afterEach } from 'vitest';
import { choose } from '../messages/language';

afterEach(() => {
  cleanup();
  choose(null);
  localStorage.clear();
  sessionStorage.clear();
  location.hash = '';
});
