import {
  busiestSecond,
  expectedDelay,
  gapsOf,
  largestGap,
  mean,
  median,
  percentile,
  throttledCalls,
} from '../../bench/measure';

describe('busiestSecond', () => {
  it('counts a window without its end', () => {
    expect(busiestSecond([0, 999, 1000, 1500])).toBe(3);
    expect(busiestSecond([0, 1000, 2000])).toBe(1);
  });

  it('finds the window wherever it begins', () => {
    expect(busiestSecond([0, 700, 800, 900, 1600, 1650])).toBe(5);
  });

  it('counts calls of the same instant, and nothing as none', () => {
    expect(busiestSecond([5, 5, 5])).toBe(3);
    expect(busiestSecond([])).toBe(0);
  });
});

describe('averages', () => {
  it('takes the mean and the middle', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(median([9, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('takes the smallest value that a share does not exceed', () => {
    const values = [40, 10, 30, 20];
    expect(percentile(values, 0.5)).toBe(20);
    expect(percentile(values, 0.51)).toBe(30);
    expect(percentile(values, 1)).toBe(40);
  });
});

describe('gaps', () => {
  const calls = [
    { at: 0, taskId: 'a' },
    { at: 100, taskId: 'b' },
    { at: 1000, taskId: 'a' },
    { at: 4000, taskId: 'a' },
  ];

  it('are those of the same task', () => {
    expect(gapsOf(calls)).toEqual([1000, 3000]);
    expect(largestGap(calls)).toBe(3000);
    expect(largestGap([])).toBe(0);
  });

  it('cost a task that ends in them half of their length, the long ones more often', () => {
    expect(expectedDelay([1000, 3000])).toBe(1250);
    expect(expectedDelay([2000, 2000])).toBe(1000);
  });
});

it('counts every kind of throttling', () => {
  const answers = ['InProgress', 'RequestLimitExceeded', 'RequestLimitExceeded.UinLimitExceeded', ''];
  expect(throttledCalls(answers.map((answered) => ({ answered })))).toBe(2);
});
