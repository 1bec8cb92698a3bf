export interface PlatformLog {
  error(details: unknown, message: string): void
}
