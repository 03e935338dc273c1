import type { NativeModel, NativeModelInfo, NativeVocabularyInfo } from "./native.js";

/** What is known of a loaded model. */
export interface ModelInfo extends NativeModelInfo {
  path: string;
  vocabulary: NativeVocabularyInfo;
}

export function modelInfo(path: string, model: NativeModel): ModelInfo {
  return { path, ...model.info, vocabulary: model.vocabulary };
}
