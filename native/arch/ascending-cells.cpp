#include "ascending-cells.h"

bool foretoken_ascending_cells(const llama_kv_cells & cells, const llama_ubatch & ubatch, std::vector<uint32_t> & out) {
    std::vector<bool> taken(cells.size());
    std::vector<uint32_t> ends(LLAMA_MAX_SEQ, 0);  // of the sequences seen in this batch
    for (uint32_t i = 0; i < ubatch.n_tokens; ++i) {
        const llama_seq_id seq = ubatch.seq_id[i][0];
        uint32_t & end = ends[static_cast<size_t>(seq)];
        uint32_t cell = end > 0 ? end : cells.seq_end(seq);
        while (cell < cells.size() && (!cells.is_empty(cell) || taken[cell])) {
            ++cell;
        }
        if (cell == cells.size()) {
            out.clear();
            return false;
        }
        taken[cell] = true;
        end = cell + 1;
        out.push_back(cell);
    }
    return true;
}
