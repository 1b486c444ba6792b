/** Element Plus, only the widgets we use, each with its styles; the page stays small. */
import { ElConfigProvider as ConfigProvider } from 'element-plus/es/components/config-provider/index.mjs';
import { ElOption as Option } from 'element-plus/es/components/select/index.mjs';
import type { Language } from 'element-plus/es/locale/index.mjs';
import type { FunctionalComponent } from 'vue';
import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/dark/css-vars.css';
import 'element-plus/theme-chalk/el-button.css';
import 'element-plus/theme-chalk/el-checkbox.css';
import 'element-plus/theme-chalk/el-dialog.css';
import 'element-plus/theme-chalk/el-dropdown.css';
import 'element-plus/theme-chalk/el-dropdown-item.css';
import 'element-plus/theme-chalk/el-dropdown-menu.css';
import 'element-plus/theme-chalk/el-form.css';
import 'element-plus/theme-chalk/el-form-item.css';
import 'element-plus/theme-chalk/el-icon.css';
import 'element-plus/theme-chalk/el-input.css';
import 'element-plus/theme-chalk/el-message.css';
import 'element-plus/theme-chalk/el-option.css';
import 'element-plus/theme-chalk/el-overlay.css';
import 'element-plus/theme-chalk/el-popper.css';
import 'element-plus/theme-chalk/el-scrollbar.css';
import 'element-plus/theme-chalk/el-select.css';
import 'element-plus/theme-chalk/el-select-dropdown.css';
import 'element-plus/theme-chalk/el-switch.css';
import 'element-plus/theme-chalk/el-tag.css';
import 'element-plus/theme-chalk/el-tooltip.css';

export { ElButton } from 'element-plus/es/components/button/index.mjs';
export { ElCheckbox } from 'element-plus/es/components/checkbox/index.mjs';
export { ElDialog } from 'element-plus/es/components/dialog/index.mjs';
export { ElDropdown, ElDropdownItem, ElDropdownMenu } from 'element-plus/es/components/dropdown/index.mjs';
export { ElForm, ElFormItem } from 'element-plus/es/components/form/index.mjs';
export { ElIcon } from 'element-plus/es/components/icon/index.mjs';
export { ElInput } from 'element-plus/es/components/input/index.mjs';
export { ElMessage } from 'element-plus/es/components/message/index.mjs';
export { ElSelect } from 'element-plus/es/components/select/index.mjs';
export { ElSwitch } from 'element-plus/es/components/switch/index.mjs';
export { ElTooltip } from 'element-plus/es/components/tooltip/index.mjs';

// Their own declarations do not hold under exactOptionalPropertyTypes: these are the properties that we use.
export const ElConfigProvider = ConfigProvider as unknown as FunctionalComponent<{
  locale: Language;
  emptyValues: readonly unknown[];
}>;
export const ElOption = Option as unknown as FunctionalComponent<{ value: string; label: string }>;
