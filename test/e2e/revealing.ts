/** What an answer must never contain: stack traces, paths of files, SQL. */
export const revealing =
  /\bat .+:\d+:\d+|node_modules|\.[jt]s\b|\.yaml\b|\/(?:tmp|home|work|usr|etc)\/|SQLITE|sqlite|\b(?:select|insert|update|delete)\b.+\b(?:from|into|set)\b/i
