/** Injects the {@link Grant}s that the token endpoint knows. */
export const GRANTS = 'gatehouse:grants';
