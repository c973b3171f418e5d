import { ValidateBy } from 'class-validator';

/**
 * A list without repetitions. Unlike `@ArrayUnique()`, it doesn't compare each value with each other one: lists are
 * checked whole before they are refused as too long, and comparing 30,000 values so held everybody up for a second.
 */
export function AllDifferent(): PropertyDecorator {
  const validate = (value: unknown): boolean => Array.isArray(value) && new Set(value).size === value.length;
  const defaultMessage = (): string => "All $property's elements must be unique";
  return ValidateBy({ name: 'allDifferent', validator: { validate, defaultMessage } });
}
