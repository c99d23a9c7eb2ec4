#include "sandbox_psp/answers.h"

#include "sandbox_psp/render.h"

namespace florin::sandbox_psp {

PspAnswer json_answer(int status, std::string body) {
  PspAnswer answer;
  answer.reply.status = status;
  answer.reply.headers.add("content-type", "application/json");
  answer.reply.body = std::move(body);
  return answer;
}

PspAnswer error_answer(int status, std::string_view code, std::string_view message) {
  return json_answer(status, render_error(code, message));
}

PspAnswer dropped() {
  PspAnswer answer;
  answer.fate = Fate::drop;
  return answer;
}

bool is_before(Loss loss) {
  return loss == Loss::drop_before || loss == Loss::error_before;
}

PspAnswer lost_before(Loss loss) {
  return loss == Loss::drop_before ? dropped()
                                   : error_answer(500, "internal", "The sandbox failed as this test method asks.");
}

PspAnswer with_loss_after(Loss loss, bool first, PspAnswer answer) {
  if (loss == Loss::drop_after || (loss == Loss::drop_after_once && first)) return dropped();
  if (loss == Loss::error_after) return error_answer(500, "internal", "The sandbox failed as this test method asks.");
  return answer;
}

}  // namespace florin::sandbox_psp
