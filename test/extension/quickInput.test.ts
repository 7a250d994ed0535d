import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { showUntilLeft } from '../../src/extension/quickInput';
import { Signal } from '../../src/extension/signal';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const hidden = new Signal<undefined>();
  const show = vi.fn();
  const left = vi.fn();
  const input = { show, onDidHide: hidden.on } as unknown as vscode.QuickInput;
  const listening = showUntilLeft(input, left);
  return { hide: () => hidden.fire(undefined), show, left, listening };
}

it('shows once more what is taken away in the moment in which it was shown', () => {
  const { hide, show, left } = setUp();
  vi.advanceTimersByTime(100);
  hide();
  expect(show).toHaveBeenCalledTimes(2);
  expect(left).not.toHaveBeenCalled();
  hide();
  expect(left).toHaveBeenCalledOnce();
  expect(show).toHaveBeenCalledTimes(2);
});

it('lets go of what a person has left', () => {
  const { hide, show, left } = setUp();
  vi.advanceTimersByTime(1000);
  hide();
  expect(left).toHaveBeenCalledOnce();
  expect(show).toHaveBeenCalledOnce();
});

it('does not come back once it has been answered', () => {
  const { hide, show, left, listening } = setUp();
  listening.dispose();
  hide();
  expect(show).toHaveBeenCalledOnce();
  expect(left).not.toHaveBeenCalled();
});
