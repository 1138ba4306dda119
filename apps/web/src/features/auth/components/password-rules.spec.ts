import { describe, expect, it } from '@jest/globals';
import { passwordProblem } from './password-rules';

describe('a password', () => {
  it.each<[string, string]>([
    ['12 letters', 'a'.repeat(12)],
    ['72 letters', 'a'.repeat(72)],
    ['24 letters of three bytes', '日'.repeat(24)],
    ['18 emoji', '🔑'.repeat(18)],
  ])('may have %s', (_name, password) => {
    expect(passwordProblem(password)).toBeNull();
  });

  it.each<[string, string, RegExp]>([
    ['nothing', '', /at least 12/],
    ['11 letters', 'a'.repeat(11), /at least 12/],
    ['73 letters', 'a'.repeat(73), /too long/],
    ['37 letters of two bytes', 'ä'.repeat(37), /too long/],
    ['25 letters of three bytes', '日'.repeat(25), /too long/],
  ])('may not have %s', (_name, password, problem) => {
    expect(passwordProblem(password)).toMatch(problem);
  });
});
