/** For the commands, which do not import the engine. */
export { flowIdOf, isHidden, isTestFile, isYamlFile } from '../engine/load/file-kinds.ts'
